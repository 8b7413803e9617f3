"""From an image and its keypoints to what HMR was trained on (DynaBOA spec, section 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from livemocap.rotation import Array

from .hmr import CROP_PX

UNIT_PX = 200.0
"""Scales are sides of boxes by this."""

CONFIDENT = 0.3
"""A keypoint above this counts fully, any other not at all."""

LIVE_MARGIN = 1.2
"""A live box is as much larger than its keypoints; files have 1."""


LEAST_SIDE_PX = 1.0
"""Of the keypoints' own box, also where all of them are one point."""


def box_around(keypoints_px: ArrayLike, margin: float = LIVE_MARGIN) -> tuple[Array, float]:
    """Middle (2,) px and scale of a box about keypoints (J, 2 or more), undetected ones too."""
    points = np.asarray(keypoints_px)[:, :2]
    low, high = points.min(0), points.max(0)
    side_px = max(float((high - low).max()), LEAST_SIDE_PX)
    return (low + high) / 2, margin * side_px / UNIT_PX


def crop_corners(middle: ArrayLike, scale: float, side: int = CROP_PX) -> tuple[Array, Array]:
    """Whole pixels (2,) each: where a crop begins, and where it ends."""
    back = np.linalg.inv(_to_crop(middle, scale, side))
    first, last = (back @ [corner, corner, 1.0] for corner in (0.0, float(side)))
    return first[:2].astype(int), last[:2].astype(int)


def cropped(image: Array, middle: ArrayLike, scale: float, side: int = CROP_PX) -> Array:
    """(H, W, 3) to (side, side, 3) floats; black outside of the image."""
    first, last = crop_corners(middle, scale, side)
    window = np.zeros((*(last - first)[::-1], image.shape[2]))
    size = np.array(image.shape[1::-1])
    low, high = np.clip(first, 0, size), np.clip(last, 0, size)
    (x0, y0), (x1, y1) = low - first, high - first
    window[y0:y1, x0:x1] = image[low[1] : high[1], low[0] : high[0]]
    return _resized(window, side)


def in_crop(points_px: ArrayLike, middle: ArrayLike, scale: float, side: int = CROP_PX) -> Array:
    """(N, 2) px of the image to whole pixels of the crop, counted from 1."""
    given = np.asarray(points_px)
    moved = np.c_[given, np.ones(len(given))] @ _to_crop(middle, scale, side).T
    return moved[:, :2].astype(int) + 1


def keypoints_in_crop(keypoints_px: ArrayLike, middle: ArrayLike, scale: float) -> Array:
    """(J, 3) px and confidence to -1..1 across the crop, and 0 or 1."""
    given = np.asarray(keypoints_px, float)
    points = 2 * in_crop(given[:, :2], middle, scale) / CROP_PX - 1
    return np.c_[points, given[:, 2] > CONFIDENT].astype(np.float32)


def _to_crop(middle: ArrayLike, scale: float, side: int) -> Array:
    """(3, 3) from the image to the crop. Whole pixels are cut off it and off its inverse, so both
    are made as the reference makes them, down to rounding."""
    x, y = np.asarray(middle, float)
    height = UNIT_PX * scale
    grown = side / height
    move = (side * (-x / height + 0.5), side * (-y / height + 0.5))
    return np.array([[grown, 0, move[0]], [0, grown, move[1]], [0, 0, 1]])


def _resized(window: Array, side: int) -> Array:
    """By straight lines between pixels, blurred first where it shrinks."""
    shrinks = np.array(window.shape[:2]) / side
    blur = np.maximum(0, (shrinks - 1) / 2)
    smooth = ndimage.gaussian_filter(window, (*blur, 0), mode="mirror")
    factors = (*(1 / shrinks), 1)
    resized = np.asarray(ndimage.zoom(smooth, factors, order=1, mode="mirror", grid_mode=True))
    return np.clip(resized, window.min(), window.max())
