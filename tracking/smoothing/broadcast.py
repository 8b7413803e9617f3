"""Poses smoothed with a small fixed look-ahead: each image is the centre of its fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..people import People
from .history import History
from .settings import PoseSmoothing
from .sightings import quaternions

STAMP_S = 1e-3
"""An image that comes this much early is still waited for no longer."""


class BroadcastPose:
    """A stage that fits rotations and faces to what was seen before and a little after.

    Somebody who is not seen for a moment is interpolated if seen again within the look-ahead, and
    else runs on with a trend that dies out.

    Args:
        look_ahead_s: 0.1 to 0.2 is worth its wait; the fits get one-sided with less.
    """

    def __init__(self, look_ahead_s: float = 0.12, settings: PoseSmoothing | None = None) -> None:
        if not look_ahead_s >= 0:
            raise ValueError(f"look_ahead_s is {look_ahead_s}, expected 0 or more")
        self.look_ahead_s = look_ahead_s
        self._settings = settings or PoseSmoothing()
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._history = History(self._settings)

    def push(self, people: People) -> Sequence[People]:
        """See Stage."""
        history = self._history
        history.add(people)
        ready_s = people.t_s - self.look_ahead_s + STAMP_S
        results: list[People] = []
        while history.waiting and history.waiting[0][0].t_s <= ready_s:
            results.append(self._result())
        return results

    def flush(self) -> Sequence[People]:
        """See Stage."""
        results = [self._result() for _ in range(len(self._history.waiting))]
        self.reset()
        return results

    def _result(self) -> People:
        people, pose, faces = self._history.smoothed()
        return replace(people, pose_wxyz=quaternions(pose), expression=faces)
