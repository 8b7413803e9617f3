"""Who is who: per-image detections to people through time."""
