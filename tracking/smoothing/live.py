"""Poses smoothed as they come, without look-ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array

from ..people import Ints, People, carried
from .follower import RotationFollower, blend
from .settings import PoseSmoothing
from .sightings import SHORTEST_STEP_S, components, quaternions, weights

NOBODY: Ints = np.zeros(0, np.int64)


class LivePose:
    """A stage that smooths rotations and faces with what came so far.

    Whoever is not seen runs on with a trend that dies out within `trend_s`, and is blended in when
    seen again. Swings of 40 degrees come 17 to 25 ms late at 30 images a second, of 10 degrees
    up to 43 ms (docs/benchmarks.md).
    """

    look_ahead_s = 0.0

    def __init__(self, settings: PoseSmoothing | None = None) -> None:
        self._settings = settings or PoseSmoothing()
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._keys = NOBODY
        self._t_s = 0.0
        self._pose = RotationFollower(self._settings)
        self._faces: Array = np.zeros((0, 0))
        self._unseen_s: Array = np.zeros((0, 1))

    def flush(self) -> Sequence[People]:
        """See Stage."""
        self.reset()
        return []

    def push(self, people: People) -> Sequence[People]:
        """See Stage."""
        seen = components(people.pose_wxyz)
        dt_s = max(people.t_s - self._t_s, SHORTEST_STEP_S)
        self._t_s = people.t_s
        if people.cut or people.fresh.any() or not np.array_equal(people.keys, self._keys):
            self._carry(people, seen)
        if people.keys.size:
            self._step(people, seen, dt_s)
        return [
            replace(people, pose_wxyz=quaternions(self._pose.value), expression=self._faces.copy())
        ]

    def _carry(self, people: People, seen: Array) -> None:
        """Bring what is remembered into the order of this image."""
        rows = carried(NOBODY if people.cut else self._keys, people.keys)
        rows[people.fresh] = -1
        begins = rows < 0
        self._pose.carry(rows, seen)
        if begins.all():
            self._unseen_s, self._faces = np.zeros((len(rows), 1)), people.expression.astype(float)
        else:
            self._unseen_s, self._faces = self._unseen_s[rows], self._faces[rows]
            self._unseen_s[begins], self._faces[begins] = 0, people.expression[begins]
        self._keys = people.keys

    def _step(self, people: People, seen: Array, dt_s: float) -> None:
        share = weights(people, self._settings)
        sighted: float | Array = 1.0
        since_s: float | Array = dt_s
        there = people.seen
        everybody = bool(there.all())
        if not everybody or self._unseen_s.any():
            sighted = there[:, None].astype(float)
            share *= sighted
            since_s = self._unseen_s + dt_s
            self._unseen_s = since_s * (1 - sighted)
        self._pose.step(seen, share, dt_s, since_s, sighted)
        if self._faces.size:
            gain = sighted * blend(self._settings.face_hz, dt_s)
            self._faces = self._faces + gain * (people.expression - self._faces)
