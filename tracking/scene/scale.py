"""Metric scale from the height of people, for whom an engine's idea of it is not good enough."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from livemocap.messages import PoseFrame
from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

HEAD_OVER_ANKLES = 0.87
"""Of a body's height, from ankles to the joint of the head: 0.86 to 0.88 over bodies of 1.4 to
2.2 m (measured on the open body)."""

SETTLE_S = 3.0
"""The scale is the median of the first so many seconds with people, and stays."""

_HEAD, _ANKLES = SMPLX.index("head"), SMPLX.indices("left_ankle", "right_ankle")


def heights_m(rest_joints: Array) -> Array:
    """(P, 55, 3) m at rest to (P,) m from the floor to the crown."""
    ankles = rest_joints[:, _ANKLES, 1].mean(1)
    return (rest_joints[:, _HEAD, 1] - ankles) / HEAD_OVER_ANKLES


class Scale:
    """PoseFrame to PoseFrame: everything as large as makes people `height_m` tall.

    One camera shows one world, so everybody is scaled alike: by what makes the median of all
    sightings that tall. With several people of different heights give their mean.

    Args:
        height_m: of the people; 0 leaves everything as the engine has it.
    """

    look_ahead_s = 0.0

    def __init__(self, height_m: float) -> None:
        self._height_m = height_m
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._heights: deque[float] = deque(maxlen=1000)
        self._first_ns: int | None = None
        self.factor = 1.0

    def push(self, frame: PoseFrame) -> list[PoseFrame]:
        """See Stage."""
        if not self._height_m or not len(frame.scores):
            return [frame]
        if not self._settled(frame.t_capture_ns):
            self._measure(frame)
        factor = np.float32(self.factor)
        return [
            replace(frame, pelvis=frame.pelvis * factor, rest_joints=frame.rest_joints * factor)
        ]

    def flush(self) -> list[PoseFrame]:
        """Nothing is held back."""
        self.reset()
        return []

    def _settled(self, t_ns: int) -> bool:
        if self._first_ns is None:
            self._first_ns = t_ns
        return not 0 <= t_ns - self._first_ns <= SETTLE_S * 1e9

    def _measure(self, frame: PoseFrame) -> None:
        heights = heights_m(frame.rest_joints.astype(float))
        self._heights.extend(heights[np.isfinite(heights) & (heights > 0)].tolist())
        if self._heights:
            self.factor = self._height_m / float(np.median(self._heights))
