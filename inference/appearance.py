"""What a person looks like: colours of torso and thighs, in a form that can be compared."""

from __future__ import annotations

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
    lab = cv2.cvtColor(patch, cv2.COLOR_BGR2LAB)
    lab[:, :, 1:] = np.clip(lab[:, :, 1:], DULL[0], DULL[1] - 1)
    counts = cv2.calcHist([lab], [0, 1, 2], None, [BINS] * 3, [0.0, 256.0, *DULL, *DULL]).ravel()
    return np.sqrt(counts / counts.sum())


def _patch(bgr: Array, corners: Array, all_x: Array) -> Array | None:
    """The pixels between four keypoints, thinned out; around their middle if they are a line."""
    middle = corners.mean(0)
    inner = middle + 0.8 * (corners - middle)
    low, high = _inside(bgr, np.floor(inner.min(0)), np.ceil(inner.max(0)))
    if (high - low).min() < 3:
        reach = max(4.0, 0.15 * float(np.ptp(all_x)))
        low, high = _inside(bgr, middle - reach, middle + reach)
    if (high - low).min() < 2:
        return None
    step = max(1, int(np.sqrt((high - low).prod() / SAMPLES)))
    return np.ascontiguousarray(bgr[low[1] : high[1] : step, low[0] : high[0] : step])


def _inside(bgr: Array, low: Array, high: Array) -> tuple[Array, Array]:
    size = (bgr.shape[1], bgr.shape[0])
    return np.clip(low, 0, size).astype(int), np.clip(high, 0, size).astype(int)
