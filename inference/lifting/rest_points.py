"""Where each lifter has its points on somebody at rest: they do not all mean the same by a head."""

from __future__ import annotations

from livemocap.rotation import Array


def points_at_rest(lifter: str) -> Array | None:
    """For skeleton_fit, of a lifter's name: (17, 3) m, or None for Human3.6M's own places."""
    if lifter.partition("-")[0] != "own":
        return None
    from .train.figures import mean_points_m

    return mean_points_m()
