"""How likely one piece of a track goes on as another: a banded table over pairs of pieces."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from ..people import Ints
from .ends import FITTED_S, Motion, motion_at_end, motion_ratio
from .poses import pose_ratio
from .sightings import Sightings

RECALL_S = 60.0
"""Somebody away for longer is not looked for."""
AS_TRACKED = 1.0
"""Nats for two pieces that followed each other in the tracks that came in: those know more."""
SURE_SCORE, DOUBT = 0.6, 8.0
"""A piece of a lower score on average may be nobody: nats for each unit of score that is missing,
both where it is entered and where it is left."""
UNCONNECTED = -4.0
"""Nats across a hard cut: there anybody may be anywhere, and whoever was seen may be gone."""
LONG_AWAY, LONG_AWAY_S = -3.0, 5.0
"""Nats against somebody who was away for much longer than the latter: others may have come."""
IMPOSSIBLE = -1e3
"""Nats of a pair that overlaps in time or is too far apart."""


class Links:
    """Nats for a piece to go on as another, by where each of them ends and begins.

    Args:
        piece: (N,) of which piece a sighting is; pieces are numbered by first sighting.
    """

    def __init__(self, seen: Sightings, piece: Ints) -> None:
        order = np.argsort(piece, kind="stable")
        self._rows = np.split(order, np.flatnonzero(np.diff(piece[order])) + 1)
        self.first = np.array([rows[0] for rows in self._rows])
        self.last = np.array([rows[-1] for rows in self._rows])
        self.start_s, self.end_s = seen.t_s[self.first], seen.t_s[self.last]
        self._fill(seen)

    def __len__(self) -> int:
        return len(self._rows)

    def ratio(self, earlier: Ints, later: Ints) -> Array:
        """Nats of pairs, of any shape."""
        offset = later - self._begin[earlier]
        there = (offset >= 0) & (offset < self._count[earlier])
        place = np.where(there, self._start[earlier] + offset, 0)
        return np.where(there, self._nats[place], IMPOSSIBLE)

    def _fill(self, seen: Sightings) -> None:
        self._begin = np.searchsorted(self.start_s, self.end_s, side="right")
        stop = np.searchsorted(self.start_s, self.end_s + RECALL_S, side="right")
        self._count = np.maximum(stop - self._begin, 0)
        self._start = np.cumsum(self._count) - self._count
        end = _ends(seen, self._rows)
        start = _ends(seen, [rows[::-1] for rows in self._rows])
        doubt = self._doubt(seen)
        nats = [np.full(1, IMPOSSIBLE)]
        for i, (begin, count) in enumerate(zip(self._begin, self._count, strict=True)):
            later = np.arange(begin, begin + count)
            nats.append(self._row(seen, end, start, i, later) - doubt[i] - doubt[later])
        self._nats = np.concatenate([*nats[1:], nats[0]])

    def _doubt(self, seen: Sightings) -> Array:
        scores = np.array([seen.scores[rows].mean() for rows in self._rows])
        return DOUBT * np.maximum(SURE_SCORE - scores, 0.0)

    def _row(self, seen: Sightings, end: Motion, start: Motion, i: int, later: Ints) -> Array:
        gap_s = self.start_s[later] - self.end_s[i]
        motion = motion_ratio(end.at(np.full(len(later), i)), start.at(later), gap_s)
        away = LONG_AWAY * (1 - np.exp(-gap_s / LONG_AWAY_S))
        near = motion + away + self._pose(seen, i, later, gap_s) + self._tracked(seen, i, later)
        same_shot = seen.shot[self.first[later]] == seen.shot[self.last[i]]
        return np.where(same_shot, near, UNCONNECTED)

    def _pose(self, seen: Sightings, i: int, later: Ints, gap_s: Array) -> Array:
        mine, theirs = self.last[i], self.first[later]
        posed = seen.posed[mine] & seen.posed[theirs]
        return pose_ratio(seen.bodies[mine], seen.bodies[theirs], gap_s) * posed

    def _tracked(self, seen: Sightings, i: int, later: Ints) -> Array:
        """(N,) for the piece that came next under the same key."""
        same = seen.keys[self.first[later]] == seen.keys[self.last[i]]
        tracked = np.zeros(len(later))
        tracked[np.flatnonzero(same)[:1]] = AS_TRACKED
        return tracked


def _ends(seen: Sightings, rows: list[Ints]) -> Motion:
    """Motion at the end of each walk through a piece, either way in time, from FITTED_S of it."""
    walks = [_walk(seen, one) for one in rows]
    longest = max(len(walk) for walk in walks)
    steps = np.array([[walk[0]] * (longest - len(walk)) + walk for walk in walks])
    return motion_at_end(steps, seen.t_s, seen.places, seen.noise)


def _walk(seen: Sightings, rows: Ints) -> list[int]:
    """Those of the rows within FITTED_S of the last of them."""
    near = np.abs(seen.t_s[rows] - seen.t_s[rows[-1]]) <= FITTED_S
    return rows[near].tolist()
