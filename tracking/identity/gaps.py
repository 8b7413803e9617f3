"""People who are out of sight for a moment: between two sightings, and just after the last."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, slerp

from ..association.motion import advance, begin, corrected
from ..people import Ints, People, carried
from .ends import MEMORY_S, SPEED_MS
from .selection import some, with_unseen

LONGEST_S = 0.5
"""Somebody away for longer has not just been hidden: motion begins anew."""
GOING_ON_S = 0.3
"""Somebody who is not back is expected to be there for so long."""
_EPS_S = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is kept of the K people of the last image that was given out, in its order."""

    people: People
    motion: Array
    """(K, 5, 3) see association.motion."""
    seen_s: Array
    """(K,) of the last sighting."""
    from_s: Array
    """(K,) of the last image before it was known when they would be back."""
    from_places: Array
    from_wxyz: Array
    """(K, 3) and (K, 55, 4) there."""


class Gaps:
    """People to People: puts in those who are missing, as predicted, and marks where motion begins.

    Between two sightings at most `longest_s` apart, root and pose go over from one to the other:
    the root straight on in (x/z, y/z, log z), the pose with ease. Somebody of whom no sighting is
    known that soon goes on as the root went, for GOING_ON_S. Predictions that come in are left
    out, and everybody of a later segment is fresh.

    Args:
        look_ahead_s: how much later a sighting may be for its gap to be filled from both sides;
            infinite for a whole take.
    """

    def __init__(self, look_ahead_s: float = math.inf, longest_s: float = LONGEST_S) -> None:
        self.look_ahead_s = look_ahead_s
        self._longest_s = longest_s
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._held: deque[People] = deque()
        self._coming: dict[int, deque[tuple[People, int]]] = {}
        self._known: Known | None = None

    def push(self, item: People) -> list[People]:
        """See Stage."""
        seen = some(item, np.flatnonzero(item.seen))
        self._held.append(seen)
        for row, key in enumerate(seen.keys.tolist()):
            self._coming.setdefault(key, deque()).append((seen, row))
        ready = []
        while self._held and item.t_s - self._held[0].t_s >= self.look_ahead_s - _EPS_S:
            ready.append(self._next())
        return ready

    def flush(self) -> list[People]:
        """See Stage."""
        ready = [self._next() for _ in range(len(self._held))]
        self.reset()
        return ready

    def _next(self) -> People:
        """The oldest image that is held back, with those who are missing."""
        now = self._held.popleft()
        for key in now.keys.tolist():
            self._coming[key].popleft()
            if not self._coming[key]:
                del self._coming[key]
        known = None if now.cut else self._known
        if known is None:
            known = _nobody(now)
        missing, back = self._missing(known, now)
        filled = [self._filled(known, missing, back, now)] if len(missing) else []
        before = carried(known.people.keys, now.keys)
        everybody = with_unseen(_fresh(now, before < 0), filled)
        self._known = _remembered(known, everybody, back)
        return everybody

    def _missing(self, known: Known, now: People) -> tuple[Ints, dict[int, tuple[People, int]]]:
        """Rows of `known` who are to be put in, and the next sightings of those who come back."""
        gone = np.flatnonzero(carried(now.keys, known.people.keys) < 0)
        rows, back = [], {}
        for row in gone.tolist():
            key, seen_s = int(known.people.keys[row]), known.seen_s[row]
            sighting = self._return(key, seen_s)
            if sighting:
                back[key] = sighting
            if sighting or now.t_s - seen_s <= GOING_ON_S + _EPS_S:
                rows.append(row)
        return np.array(rows, np.int64), back

    def _return(self, key: int, seen_s: float) -> tuple[People, int] | None:
        """The next sighting of somebody, if soon enough and in the same shot."""
        coming = self._coming.get(key)
        if not coming or coming[0][0].t_s - seen_s > self._longest_s + _EPS_S:
            return None
        until = coming[0][0]
        for image in self._held:
            if image.cut:
                return None
            if image is until:
                break
        return coming[0]

    def _filled(
        self, known: Known, rows: Ints, back: dict[int, tuple[People, int]], now: People
    ) -> People:
        """Those at `rows`, as they are expected to be now."""
        step_s = np.full((), now.t_s - known.people.t_s)
        motion = advance(known.motion[rows], step_s, SPEED_MS, MEMORY_S)
        places, pose = motion[:, 0].copy(), known.people.pose_wxyz[rows]
        for i, row in enumerate(rows.tolist()):
            sighting = back.get(int(known.people.keys[row]))
            if sighting:
                places[i], pose[i] = _between(known, row, *sighting, now.t_s)
        noise = np.sqrt(motion[:, 2])
        fresh = np.zeros(len(rows), bool)
        return some(known.people, rows, places=places, pose_wxyz=pose, noise=noise, fresh=fresh)


def _between(known: Known, row: int, until: People, there: int, t_s: float) -> tuple[Array, Array]:
    """(3,) place and (55, 4) pose on the way to somebody's next sighting."""
    from_s = known.from_s[row]
    share = (t_s - from_s) / max(until.t_s - from_s, _EPS_S)  # late images stop the clock
    place = known.from_places[row] + share * (until.places[there] - known.from_places[row])
    eased = np.full(len(until.pose_wxyz[there]), share * share * (3 - 2 * share))
    return place, slerp(known.from_wxyz[row], until.pose_wxyz[there], eased)


def _nobody(now: People) -> Known:
    none = np.zeros(0, np.int64)
    people = some(now, none)
    return Known(
        people, np.zeros((0, 5, 3)), np.zeros(0), np.zeros(0), people.places, people.pose_wxyz
    )


def _fresh(now: People, fresh: Array) -> People:
    return some(now, np.arange(len(now.keys)), fresh=fresh)


def _remembered(known: Known, now: People, back: dict[int, tuple[People, int]]) -> Known:
    """What is known after an image; whoever is on the way back keeps where that began."""
    before = carried(known.people.keys, now.keys)
    old = np.flatnonzero(before >= 0)
    motion = begin(now.places, now.noise, SPEED_MS)
    step_s = np.full((), now.t_s - known.people.t_s)
    motion[old] = advance(known.motion[before[old]], step_s, SPEED_MS, MEMORY_S)
    again = old[now.seen[old]]
    motion[again] = corrected(motion[again], now.places[again], now.noise[again])
    seen_s, from_s = np.full(len(before), now.t_s), np.full(len(before), now.t_s)
    missing = np.flatnonzero(~now.seen)
    seen_s[missing] = known.seen_s[before[missing]]
    places, pose = now.places.copy(), now.pose_wxyz.copy()
    for i in missing.tolist():
        if int(now.keys[i]) in back:
            from_s[i] = known.from_s[before[i]]
            places[i], pose[i] = known.from_places[before[i]], known.from_wxyz[before[i]]
    return Known(now, motion, seen_s, from_s, places, pose)
