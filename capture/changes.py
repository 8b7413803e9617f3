"""What changed between images as a whole: a new shot, or a camera that moved.

Both come from a thumbnail, so they cost a fraction of a millisecond. Stages behind inference see
no pixels; they learn from these two numbers when to forget what they had smoothed.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

_LONG_SIDE = 96
"""Thumbnail size, px."""
_COARSE = 2
"""Cuts are judged on a thumbnail smaller by this factor."""
_SUBSAMPLED = 2
"""Pixels that each side of a thumbnail's pixel is the mean of, picked evenly from the image."""
_GRID = 8
"""Points along the thumbnail's long side where motion is measured."""
_FLOW_WINDOW = (11, 11)
_FLOW_LEVELS = 2
_FLOW_ENOUGH = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 8, 0.03)
_LEAST, _UNCHANGED = (0.0, 0.0, 0.0), (25.0, 25.0, 25.0)
"""A cell with a colour that moved by more, of 255, counts as changed."""
_SHARE_LOW, _SHARE_HIGH = 0.12, 0.32
"""Share of changed cells: people close to the camera reach 0.12, hard cuts begin at 0.32."""
_JUMP_LOW, _JUMP_HIGH = 1.5, 3.5
"""Change against the liveliest of the last images: a cut stands out, a person passing does not."""
_QUIET_LEVELS = 2.0
"""Change that is never lively, in levels: noise and compression."""
_MEMORY = 4

Grey = NDArray[np.uint8]
Shift = tuple[float, float]


class Change(NamedTuple):
    """How an image differs from the one before."""

    cut: float
    """How surely it starts a new shot, 0..1."""
    camera_motion_px: float
    """Median shift of the background, px of the full image."""


class ChangeDetector:
    """Compares each image with the previous one."""

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None
        self._lively = [0.0] * _MEMORY

    def step(self, bgr: NDArray[np.uint8]) -> Change:
        """The change from the previous image to this one, (H, W, 3); none for the first."""
        now = _thumbnail(bgr)
        last, self._last = self._last, now
        if last is None:
            return Change(0.0, 0.0)
        if last.shape != now.shape:
            return Change(1.0, 0.0)
        now = _same_exposure(now, last)
        shift = background_shift(_grey(last), _grey(now))
        cut = self._cut(*_overlap(last, now, shift))
        moved_px = 0.0 if cut > 0.5 else math.hypot(*shift) * bgr.shape[1] / now.shape[1]
        return Change(round(cut, 3), round(moved_px, 2))

    def _cut(self, last: NDArray[np.uint8], now: NDArray[np.uint8]) -> float:
        difference = cv2.absdiff(_coarse(now), _coarse(last))
        level = sum(cv2.mean(difference)[:3]) / 3
        height, width = difference.shape[:2]
        same = cv2.countNonZero(cv2.inRange(difference, _LEAST, _UNCHANGED))
        share = 1 - same / (height * width)
        jump = level / max(_QUIET_LEVELS, *self._lively)
        cut = _ramp(share, _SHARE_LOW, _SHARE_HIGH) * _ramp(jump, _JUMP_LOW, _JUMP_HIGH)
        if cut < 0.5:  # a cut says nothing about how lively the new shot is
            self._lively = [*self._lively[1:], level]
        return cut


def background_shift(last: Grey, now: Grey) -> Shift:
    """(x, y) thumbnail pixels: the median over a grid of points, so people hardly matter."""
    points = _grid(*last.shape)
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        last,
        now,
        points,
        points.copy(),
        winSize=_FLOW_WINDOW,
        maxLevel=_FLOW_LEVELS,
        criteria=_FLOW_ENOUGH,
    )
    kept = found.ravel() == 1
    if not kept.any():
        return 0.0, 0.0
    x, y = np.sort((moved - points)[kept].reshape(-1, 2), axis=0)[np.count_nonzero(kept) // 2]
    return float(x), float(y)


@cache
def _grid(height: int, width: int) -> NDArray[np.float32]:
    """(N, 1, 2) points, evenly spread."""
    step = max(height, width) / _GRID
    x = np.arange(step / 2, width, step)
    y = np.arange(step / 2, height, step)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 1, 2).astype(np.float32)


def _overlap(
    last: NDArray[np.uint8], now: NDArray[np.uint8], shift: Shift
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The parts of both that show the same scene after the camera moved by `shift`."""
    height, width = last.shape[:2]
    x = min(max(round(shift[0]), -width // 3), width // 3)
    y = min(max(round(shift[1]), -height // 3), height // 3)
    before = last[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    after = now[max(0, y) : height - max(0, -y), max(0, x) : width - max(0, -x)]
    return before, after


def _thumbnail(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 3), long side 96: every n-th pixel first, then means of what is left."""
    height, width = bgr.shape[:2]
    scale = _LONG_SIDE / max(height, width)
    size = max(16, round(width * scale)), max(16, round(height * scale))
    if scale < 1 / _SUBSAMPLED:
        large = size[0] * _SUBSAMPLED, size[1] * _SUBSAMPLED
        bgr = np.asarray(cv2.resize(bgr, large, interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)


def _grey(bgr: NDArray[np.uint8]) -> Grey:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def _coarse(thumbnail: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = thumbnail.shape[:2]
    size = max(2, width // _COARSE), max(2, height // _COARSE)
    return np.asarray(cv2.resize(thumbnail, size, interpolation=cv2.INTER_AREA), np.uint8)


def _same_exposure(now: NDArray[np.uint8], last: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`now` with the mean brightness and contrast of `last`: a lamp switched on is no cut."""
    (mean, spread), (last_mean, last_spread) = _exposure(now), _exposure(last)
    gain = min(max(last_spread / max(spread, 1.0), 0.5), 2.0)
    return np.asarray(cv2.convertScaleAbs(now, alpha=gain, beta=last_mean - gain * mean), np.uint8)


def _exposure(bgr: NDArray[np.uint8]) -> tuple[float, float]:
    """Mean and spread of the levels, over the colours."""
    means, spreads = cv2.meanStdDev(bgr)
    return sum(means.ravel().tolist()) / 3, sum(spreads.ravel().tolist()) / 3


def _ramp(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)
