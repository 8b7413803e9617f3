"""What was seen of everybody in the last moment, one column for each stretch of motion."""

from __future__ import annotations

from collections import deque

import numpy as np

from livemocap.rotation import Array

from ..people import Ints, People, carried
from .fits import UNSEEN_WEIGHT, local_fit, normalized, strike_kept
from .samples import Samples
from .settings import PoseSmoothing
from .sightings import components, weights

GAP_REACH_S = 0.6
"""How far back samples count for somebody who is not seen: a little more than the longest gap that
anybody is shown in."""

REACH_WIDTHS = 5.0
"""How far back they count else, in widths of the window."""

FORGET_ROWS = 32
"""Old samples are dropped when there are so many of them."""


class History:
    """Samples of T images and S stretches of motion, and the images that wait for their result.

    A stretch is one person from one beginning of motion to the next, so nothing is fitted across a
    cut or a long absence.
    """

    def __init__(self, settings: PoseSmoothing) -> None:
        self._settings = settings
        self._keys: Ints = np.zeros(0, np.int64)
        self._columns: Ints = np.zeros(0, np.int64)
        self._times: list[float] = []
        self._poses = Samples(4, 0, 55)
        self._last = np.zeros((4, 0, 55))
        self._faces = Samples(0, 0)
        self.waiting: deque[tuple[People, Ints]] = deque()
        """Images and the columns of their people."""

    def add(self, people: People) -> None:
        """Take in an image."""
        seen, row = components(people.pose_wxyz), len(self._times)
        columns = self._columns_of(people, seen)
        last = self._last
        seen *= np.copysign(1.0, (last[:, columns] * seen).sum(0))
        last[:, columns] = seen
        weight = np.full(last.shape[1:], UNSEEN_WEIGHT)
        there = people.seen
        weight[columns[there]] = weights(people, self._settings)[there]
        self._poses.put(row, last, weight)
        self._add_faces(row, people, columns, weight)
        self._times.append(people.t_s)
        self.waiting.append((people, columns))

    def _add_faces(self, row: int, people: People, columns: Ints, weight: Array) -> None:
        coefficients = people.expression.shape[1]
        if self._faces.components != coefficients:
            self._faces = Samples(coefficients, len(weight))
        faces = np.zeros((coefficients, len(weight)))
        faces[:, columns] = people.expression.T
        self._faces.put(row, faces, weight[:, 0])

    def _columns_of(self, people: People, seen: Array) -> Ints:
        """(P,) where each of this image's people stands."""
        unchanged = np.array_equal(people.keys, self._keys)
        if unchanged and not people.cut and not people.fresh.any():
            return self._columns
        rows = np.full(len(people.keys), -1) if people.cut else carried(self._keys, people.keys)
        rows[people.fresh] = -1
        begins = rows < 0
        kept = np.unique(
            np.concatenate(
                [self._columns[rows[~begins]], *(columns for _, columns in self.waiting)]
            )
        )
        columns = np.empty(len(rows), np.int64)
        columns[~begins] = np.searchsorted(kept, self._columns[rows[~begins]])
        columns[begins] = len(kept) + np.arange(begins.sum())
        self._rearrange(kept, seen[:, begins])
        self._keys, self._columns = people.keys, columns
        return columns

    def _rearrange(self, kept: Ints, begun: Array) -> None:
        """Keep these columns, and add some for stretches that begin: (4, new, 55)."""
        self._poses.rearrange(kept, begun.shape[1], begun, UNSEEN_WEIGHT)
        self._last = np.concatenate([self._last[:, kept], begun], 1)
        empty = np.zeros((self._faces.components, begun.shape[1]))
        self._faces.rearrange(kept, begun.shape[1], empty, UNSEEN_WEIGHT)
        self.waiting = deque((p, np.searchsorted(kept, columns)) for p, columns in self.waiting)

    def smoothed(self) -> tuple[People, Array, Array]:
        """The image that has waited longest, its people's (4, P, 55) and (P, E)."""
        people, columns = self.waiting.popleft()
        first = self._first_row(people)
        offset_s = np.array(self._times[first:])[None] - people.t_s
        pose = self._pose(offset_s, first)[:, columns]
        return people, pose, self._expression(offset_s, first)[columns]

    def _first_row(self, people: People) -> int:
        """From where on samples count; those that will never count again are left behind."""
        reach_s = GAP_REACH_S
        old = sum(t_s < people.t_s - reach_s for t_s in self._times)
        if old >= FORGET_ROWS:
            self._poses.forget(old, len(self._times))
            self._faces.forget(old, len(self._times))
            del self._times[:old]
        if people.seen.all():
            reach_s = REACH_WIDTHS * self._settings.width_s
        return sum(t_s < people.t_s - reach_s for t_s in self._times)

    def _pose(self, offset_s: Array, first: int) -> Array:
        """(4, S, 55)."""
        s = self._settings
        weighted, weight = self._poses.between(first, len(self._times))
        calm, quick = (
            normalized(local_fit(offset_s, width_s, weighted, weight, s.slope_shrink))
            for width_s in (s.width_s, s.strike_width_s)
        )
        return strike_kept(calm, quick, s.strike_rad)[0].reshape(self._last.shape)

    def _expression(self, offset_s: Array, first: int) -> Array:
        """(S, E)."""
        s = self._settings
        weighted, weight = self._faces.between(first, len(self._times))
        if not weighted.size:
            return np.zeros(weighted.shape[:0:-1])
        return local_fit(offset_s, s.width_s, weighted, weight, s.slope_shrink)[0].T
