"""Who of those who left comes back as a box of which neither pose nor shape nor looks are known."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .detections import Seen

EDGE = 0.02
"""A box that ends this near to a side of the image, as a share of its width, comes in there."""
ENTERING = -2.0
"""Nats against somebody lost: half of all newcomers come in at the sides, which are 4 % of all
places, so that a place there is that much likelier for somebody new."""
NOBODY_LOST = -9.0
"""Nats where it is not likelier than not: a place tells no more if one waits."""


def place_alone(ratios: Array, watched: Array, seen: Seen, width_px: int) -> Array:
    """(L, P) nats for each of the lost, with what a box alone allows to say.

    Args:
        ratios: (L, P) for detections and newcomers `seen` as if all were known of them.
        watched: (L,) whether images have come since somebody was lost; nothing changes for others.
        width_px: of the image.
    """
    alone = ~seen.told.any(1)
    if not alone.any():
        return ratios
    left, right = seen.boxes_px[:, 0], seen.boxes_px[:, 2]
    entering = (left < EDGE * width_px) | (right > (1 - EDGE) * width_px)
    told = ratios + ENTERING * entering
    told = np.where(told > 0, told, NOBODY_LOST)
    return np.where(alone & watched[:, None], told, ratios)
