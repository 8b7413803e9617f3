"""`livemocap lift`: everybody in a video in 3D, out of 2D keypoints over time."""
