"""From the camera of a crop to the real one: where the pelvis is, and how the body is turned.

HMR sees every crop as if the camera looked at its middle from so far that nothing is
foreshortened. It says how many half crops a metre is long, and where in the crop the body's origin
is. With the real lens that is a place in metres.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from ..lifting.box import looking_along

SMALLEST_SCALE = 0.05
"""A net that says less does not know."""


def pelvis_in_camera(camera: Array, rest_pelvis: Array, boxes: Array, K: Array) -> Array:
    """(P, 3) m; NaN where the net says nothing sensible.

    Args:
        camera: (P, 3) scale and shift of the crop; half its side is 1.
        rest_pelvis: (P, 3) m from the body's origin.
        boxes: (P, 3) px: middle and side of the crops.
        K: (3, 3) px.
    """
    scale = np.where(camera[:, 0] >= SMALLEST_SCALE, camera[:, 0], np.nan)
    px_per_m = scale * boxes[:, 2] / 2
    seen_px = boxes[:, :2] + px_per_m[:, None] * (camera[:, 1:] + rest_pelvis[:, :2])
    depth = (K[0, 0] + K[1, 1]) / 2 / px_per_m + rest_pelvis[:, 2]
    return depth[:, None] * _rays(seen_px, K)


def turned_to_camera(orientation: Array, boxes: Array, K: Array) -> Array:
    """(P, 3, 3) in the axes of a camera that looks at the crop's middle, to the real camera's."""
    return looking_along(_rays(boxes[:, :2], K)) @ orientation


def _rays(points_px: Array, K: Array) -> Array:
    """(P, 2) px to (P, 3), z = 1."""
    homogeneous = np.concatenate([points_px, np.ones((len(points_px), 1))], -1)
    return homogeneous @ np.linalg.inv(np.asarray(K, float)).T
