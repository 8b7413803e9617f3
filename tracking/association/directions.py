"""What a user says of who is who, carried out on what is remembered of people."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from livemocap.rotation import Array

from ..errors import TrackingError
from .arrays import replaced
from .build import Builds
from .roster import Roster


@dataclass(slots=True)
class Directions:
    """What has been said and holds until something else is said."""

    names: dict[int, str] = field(default_factory=dict)
    """Track id to what an actor is called."""
    locked: set[int] = field(default_factory=set)
    """Ids that are never forgotten."""
    expected: int = 0
    """No more people than this get an id; 0 for any number."""


@dataclass(slots=True)
class Known:
    """Everybody with an id, in view or lost."""

    live: Roster
    lost: Roster
    now_s: float
    merged: dict[int, int] = field(default_factory=dict)
    """Keys that are no more, to those they have become."""
    said: dict[int, int] = field(default_factory=dict)
    """Keys of whom a user has said who they are, to their ids."""

    def find(self, track_id: int) -> tuple[bool, int]:
        """Whether somebody is in view, and the row there or among the lost.

        Raises:
            TrackingError: nobody has the id.
        """
        for in_view, roster in ((True, self.live), (False, self.lost)):
            rows = (roster.ids == track_id).nonzero()[0]
            if track_id > 0 and len(rows):
                return in_view, int(rows[0])
        ids = sorted({*self.live.ids.tolist(), *self.lost.ids.tolist()} - {0})
        known = ", ".join(map(str, ids)) or "nobody yet"
        raise TrackingError(f"nobody has id {track_id}; known are {known}")

    def swap(self, a: int, b: int) -> None:
        """Two people take each other's id; what was remembered of how either looks may be of both
        and is learnt anew.

        Raises:
            TrackingError: an id is unknown, or both are the same.
        """
        if a == b:
            raise TrackingError(f"{a} cannot change places with itself")
        for (in_view, row), track_id in ((self.find(a), b), (self.find(b), a)):
            self._rename(in_view, row, track_id)

    def merge(self, track_id: int, into: int) -> None:
        """Somebody in view is somebody lost: go on as that person.

        Raises:
            TrackingError: an id is unknown, or both people are in view.
        """
        if track_id == into:
            raise TrackingError(f"{into} is {into} already")
        (new_live, new_row), (old_live, old_row) = self.find(track_id), self.find(into)
        if new_live and old_live and not self.live.missed[[new_row, old_row]].any():
            raise TrackingError(
                f"{track_id} and {into} are both in view: they are two people. `swap` exchanges ids"
            )
        newcomer, owner = self._one(new_live, new_row), self._one(old_live, old_row)
        self._drop([(new_live, new_row), (old_live, old_row)])
        self._put(new_live, owner.adopt(newcomer))
        self.said[int(owner.keys[0])] = into
        self.merged[int(newcomer.keys[0])] = int(owner.keys[0])

    def states(self) -> dict[int, tuple[str, float]]:
        """By id, `in view`, `hidden` or `lost`, and s since the last sighting."""
        found: dict[int, tuple[str, float]] = {}
        for roster, word in ((self.live, "in view"), (self.lost, "lost")):
            for row in (roster.ids > 0).nonzero()[0].tolist():
                hidden = roster is self.live and bool(roster.missed[row])
                unseen_s = self.now_s - float(roster.seen_s[row])
                found[int(roster.ids[row])] = ("hidden" if hidden else word, unseen_s)
        return dict(sorted(found.items()))

    def _rename(self, in_view: bool, row: int, track_id: int) -> None:
        roster = self.live if in_view else self.lost
        rows = np.array([row])
        roster.ids = replaced(roster.ids, rows, np.array([track_id]))
        self.said[int(roster.keys[row])] = track_id
        roster.look = replaced(roster.look, rows, roster.last.looks[rows])
        nothing = Builds.unknown(1, roster.builds.weights.shape[2])
        roster.builds = roster.builds.put(rows, nothing)

    def _one(self, in_view: bool, row: int) -> Roster:
        return (self.live if in_view else self.lost).take(np.array([row]))

    def _drop(self, places: list[tuple[bool, int]]) -> None:
        self.live = self.live.without(np.array([r for v, r in places if v], np.int64))
        self.lost = self.lost.without(np.array([r for v, r in places if not v], np.int64))

    def _put(self, in_view: bool, person: Roster) -> None:
        if in_view:
            self.live = self.live.joined(person).ordered()
        else:
            self.lost = self.lost.joined(person).ordered()


def kept(roster: Roster, locked: set[int]) -> Array:
    """(T,) who is never forgotten."""
    return np.isin(roster.ids, list(locked)) if locked else np.zeros(len(roster), bool)


def admitted(due: Array, trust: Array, room: int | None) -> Array:
    """(T,) who of those `due` for an id gets one: the most trusted where room is scarce."""
    if room is None or int(due.sum()) <= room:
        return due
    rows = due.nonzero()[0]
    chosen = np.zeros(len(due), bool)
    chosen[rows[np.argsort(-trust[rows], kind="stable")][:room]] = True
    return chosen
