"""Drawing: overlays, the floor from above, contact sheets, videos, plots."""
