# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in the stream, and who was until a moment ago. Pure Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from livemocap.messages import TRACK_OBSERVED

KEEP_S = 5.0
"""How long somebody who left stays listed."""

_BLINK_S = 0.25
"""Somebody who is missing for no longer has not left."""


@dataclass(frozen=True, slots=True)
class Person:
    """One track, as it was in the newest frames."""

    track_id: int
    state: int
    score: float
    name: str = ""
    """What the user calls them, if anything."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A person, as the panel shows them."""

    person: Person
    unseen_s: float
    """Since a camera saw them."""
    is_gone: bool


class Roster:
    """Remembers people for a little longer than the stream does."""

    def __init__(self) -> None:
        self._people: dict[int, Person] = {}
        self._seen_s: dict[int, float] = {}
        self._there_s: dict[int, float] = {}

    def update(self, people: Iterable[Person], now_s: float) -> list[Listed]:
        """Everybody to be listed, by track id.

        Args:
            people: in the newest frames. Ask with new frames only: nobody leaves a stream that
                stands still.
        """
        for person in people:
            track_id = person.track_id
            self._people[track_id], self._there_s[track_id] = person, now_s
            if person.state == TRACK_OBSERVED:
                self._seen_s[track_id] = now_s
            self._seen_s.setdefault(track_id, now_s)
        for track_id, there_s in list(self._there_s.items()):
            if now_s - there_s > KEEP_S:
                del self._people[track_id], self._seen_s[track_id], self._there_s[track_id]
        return [self._listed(self._people[track_id], now_s) for track_id in sorted(self._people)]

    def _listed(self, person: Person, now_s: float) -> Listed:
        is_gone = now_s - self._there_s[person.track_id] > _BLINK_S
        return Listed(person, now_s - self._seen_s[person.track_id], is_gone)
