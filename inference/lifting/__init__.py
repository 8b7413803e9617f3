"""2D keypoints over time to 3D: VideoPose3D and P-STMO (their specifications; own words)."""
