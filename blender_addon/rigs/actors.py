# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tracked person moves which character, also after the tracker has given them another id.

Pure Python. A character keeps its person while they are there; only when they are gone does its
rule look for who they may be now. One person moves one character, unless it was asked to share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from livemocap.rotation import Array

_REACH_M, _STRIDE_MPS = 1.0, 2.0
"""A new id within this distance may be who was lost; the longer they are gone, the farther."""

_PATIENCE_S = 2.0
"""How long a character waits for the person that it was given before its rule looks for another:
people do not all appear in one frame."""

_SETTLE_S = 1.0
"""How long an order from left to right may still change."""


class Rule(Enum):
    """What a character does when its person is gone."""

    THIS_ID = "this id"
    """Waits for the very same id."""
    NEAREST = "nearest"
    """Takes the new id nearest to where the person was, or to where the character stands."""
    LEFT_TO_RIGHT = "left to right"
    """Takes the next free person, characters in order, people as the camera sees them."""
    NOBODY = "nobody"
    """Follows no one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A person in the newest frames."""

    place: Array
    """(3,) m, world."""
    across: float = 0.0
    """Grows from left to right in the camera's picture."""
    observed: bool = True
    """Not only predicted from where they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom a character wants to follow."""

    stands: Array
    """(3,) m where the character itself is; counts until it has had a person."""
    rule: Rule = Rule.NEAREST
    track_id: int | None = None
    """The person that it was given; None: whom the rule finds."""
    shares: bool = False
    """Whether it follows a person who moves another character already."""


@dataclass(slots=True)
class _Part:
    """A wish and what has become of it."""

    wish: Wish
    place: Array
    """(3,) m where its person was last."""
    seen_s: float
    """When that was; -inf: it never had one, and takes one from any distance."""
    patient_until_s: float
    person: int | None = None
    """Whom it follows, there or not."""
    waits_for: int | None = None
    """The person it was given, while they have not been seen yet."""
    taken_s: float = -np.inf
    """When its rule found the person."""
    others: set[int] = field(default_factory=set)
    """People who were seen together with its person, and so are somebody else."""

    @property
    def seeks(self) -> bool:
        return self.wish.rule in (Rule.NEAREST, Rule.LEFT_TO_RIGHT)


class Casting:
    """Gives people to characters, frame by frame."""

    def __init__(self) -> None:
        self._parts: dict[int, _Part] = {}

    def step(
        self, seen: Mapping[int, Seen], wishes: Mapping[int, Wish], now_s: float
    ) -> dict[int, int]:
        """The person by character, of those that have one now.

        Args:
            seen: everybody, by track id.
            wishes: by character; of two that want the same the first gets it.
        """
        self._renew(wishes, now_s)
        self._let_settle(seen, now_s)
        cast: dict[int, int] = {}
        for key, part in sorted(self._parts.items(), key=lambda each: _turn(each[1])):
            own = next((p for p in (part.waits_for, part.person) if p in seen), None)
            if own is not None and _may(part, own, cast.values()):
                cast[key] = own
        for key, person in (*self._nearest(seen, cast, now_s), *self._in_order(seen, cast, now_s)):
            cast[key] = person
            self._parts[key].taken_s = now_s
        observed = {person for person, how in seen.items() if how.observed}
        for key, person in cast.items():
            _note(self._parts[key], person, seen, observed, now_s)
        return cast

    def restart(self) -> None:
        """The tracker began anew: its ids mean nothing any more, places still do."""
        for part in self._parts.values():
            if part.seeks:
                part.person = part.waits_for = None
                part.others.clear()

    def _renew(self, wishes: Mapping[int, Wish], now_s: float) -> None:
        """Parts in the order of the wishes; what was asked anew begins anew."""
        old, self._parts = self._parts, {}
        for key, wish in wishes.items():
            part = old.get(key)
            if part is None or _asks(part.wish) != _asks(wish):
                part = _Part(wish, wish.stands, -np.inf, now_s + _PATIENCE_S)
                part.waits_for = None if wish.rule is Rule.NOBODY else wish.track_id
            part.wish = wish
            self._parts[key] = part

    def _let_settle(self, seen: Mapping[int, Seen], now_s: float) -> None:
        """Undo young choices of those in order, so that all of them are made together."""
        for part in self._parts.values():
            young = now_s - part.taken_s < _SETTLE_S
            if part.wish.rule is Rule.LEFT_TO_RIGHT and young and part.person in seen:
                part.person = None

    def _waiting(self, rule: Rule, cast: Mapping[int, int], now_s: float) -> list[int]:
        return [
            key
            for key, part in self._parts.items()
            if part.wish.rule is rule
            and key not in cast
            and (part.waits_for is None or now_s >= part.patient_until_s)
        ]

    def _nearest(
        self, seen: Mapping[int, Seen], cast: Mapping[int, int], now_s: float
    ) -> list[tuple[int, int]]:
        """(character, person), nearest pairs first."""
        pairs = []
        for key in self._waiting(Rule.NEAREST, cast, now_s):
            part = self._parts[key]
            reach = _REACH_M + _STRIDE_MPS * (now_s - part.seen_s)
            for person in _free(part, seen, cast.values()):
                away = float(np.linalg.norm(seen[person].place - part.place))
                if away <= reach:
                    pairs.append((away, key, person))
        chosen: dict[int, int] = {}
        for _, key, person in sorted(pairs):
            if key not in chosen and _may(self._parts[key], person, chosen.values()):
                chosen[key] = person
        return list(chosen.items())

    def _in_order(
        self, seen: Mapping[int, Seen], cast: Mapping[int, int], now_s: float
    ) -> list[tuple[int, int]]:
        """(character, person), both in order."""
        waiting = self._waiting(Rule.LEFT_TO_RIGHT, cast, now_s)
        free = sorted(set(seen) - set(cast.values()), key=lambda person: seen[person].across)
        return list(zip(waiting, free, strict=False))


def _asks(wish: Wish) -> tuple[Rule, int | None]:
    return wish.rule, wish.track_id


def _turn(part: _Part) -> tuple[bool, bool]:
    """Sharers last, they take nobody away; before them who follows whom a user gave it."""
    given = part.wish.track_id is not None and part.person in (None, part.wish.track_id)
    return part.wish.shares, not given


def _free(part: _Part, seen: Mapping[int, Seen], taken: Iterable[int]) -> list[int]:
    taken = set(taken)
    return [p for p in seen if p not in part.others and _may(part, p, taken)]


def _may(part: _Part, person: int, taken: Iterable[int]) -> bool:
    return part.wish.shares or person not in taken


def _note(
    part: _Part, person: int, seen: Mapping[int, Seen], observed: set[int], now_s: float
) -> None:
    """Remember who it was, where, and who it was not."""
    if person != part.person:
        part.others.clear()
    part.person, part.waits_for = person, None
    part.place, part.seen_s = seen[person].place, now_s
    if person in observed:
        part.others |= observed
        part.others.discard(person)
