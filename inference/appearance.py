"""What a person looks like: colours of torso and thighs, in a form that can be compared."""

from __future__ import annotations

import math

import cv2
import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import COCO17

BINS = 6
"""Along each of lightness, green-red and blue-yellow."""

DULL = (70, 190)
"""Range of a and b in OpenCV's 8-bit Lab that the bins share; brighter colours count in the
outermost, there are few."""

SAMPLES = 1200
"""Pixels that are looked at per part, about."""

DIMENSIONS = 2 * BINS**3
_PARTS = tuple(
    [COCO17.index(f"{side}_{joint}") for joint in joints for side in ("left", "right")]
    for joints in (("shoulder", "hip"), ("hip", "knee"))
)


def appearance_of(bgr: Array, keypoints: Array) -> Array | None:
    """(D,) unit-norm colour description of a person, or None when nothing of it is visible.

    The product of two of them is the Bhattacharyya coefficient of the histograms, averaged
    over torso and thighs: 1 for the same colours, 0 for nothing in common.

    Args:
        bgr: (H, W, 3) uint8.
        keypoints: (17, 2 or more) COCO, x and y in px.
    """
    parts = [_histogram(bgr, keypoints[rows, :2], keypoints[:, 0]) for rows in _PARTS]
    known = [part for part in parts if part is not None]
    if not known:
        return None
    both = np.concatenate([known[0], known[-1]])
    return both / np.linalg.norm(both)


def no_appearance() -> Array:
    """(D,) unit norm: equally (un)like everybody."""
    return np.full(DIMENSIONS, DIMENSIONS**-0.5)


def _histogram(bgr: Array, corners: Array, all_x: Array) -> Array | None:
    patch = _patch(bgr, corners, all_x)
    if patch is None:
        return None
    lab = cv2.LUT(cv2.cvtColor(patch, cv2.COLOR_BGR2LAB), _DULLED)
    counts = cv2.calcHist([lab], [0, 1, 2], None, [BINS] * 3, [0.0, 256.0, *DULL, *DULL]).ravel()
    return np.sqrt(counts / counts.sum())


def _patch(bgr: Array, corners: Array, all_x: Array) -> Array | None:
    """The pixels between four keypoints, thinned out; around their middle if they are a line.

    Plain numbers: NumPy is slow where there are only four.
    """
    xs, ys = corners.T.tolist()
    columns, rows = _between(xs, bgr.shape[1]), _between(ys, bgr.shape[0])
    if min(len(columns), len(rows)) < 3:
        reach = max(4.0, 0.15 * float(np.ptp(all_x)))
        columns, rows = _around(xs, reach, bgr.shape[1]), _around(ys, reach, bgr.shape[0])
    if min(len(columns), len(rows)) < 2:
        return None
    step = max(1, int(math.sqrt(len(columns) * len(rows) / SAMPLES)))
    thinned = bgr[rows.start : rows.stop : step, columns.start : columns.stop : step]
    return np.ascontiguousarray(thinned)


def _between(values: list[float], size: int) -> range:
    """Pixels of the inner four fifths of some coordinates, along an image's side."""
    middle = sum(values) / len(values)
    low, high = (middle + 0.8 * (end - middle) for end in (min(values), max(values)))
    return _inside(math.floor(low), math.ceil(high), size)


def _around(values: list[float], reach: float, size: int) -> range:
    middle = sum(values) / len(values)
    return _inside(int(max(middle - reach, 0)), int(max(middle + reach, 0)), size)


def _inside(low: int, high: int, size: int) -> range:
    return range(min(max(low, 0), size), min(max(high, 0), size))


_GREYS = np.arange(256)
_DULLED = np.stack([_GREYS, *[np.clip(_GREYS, DULL[0], DULL[1] - 1)] * 2], -1)[None].astype(
    np.uint8
)
"""(1, 256, 3) Lab with a and b kept within what the bins share."""
