"""The likeliest way to put pieces of tracks together to people.

What is made likelier is the sum of what speaks for each piece to go on as the next of its person,
in motion and pose, and for all that came before to be the same body as all that came after. Two
changes are tried, at every instant and within every short while, and made wherever they gain,
most first, until nothing gains. Both are exact assignments: any number of people may have been
exchanged at once.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.rotation import Array

from .evidence import SUMS, Evidence, same_ratio
from .links import IMPOSSIBLE, Links

APART = 3.0
"""Nats below which two parts are not taken for one person: not sure is another one."""
WORTH_IT = 0.25
"""Nats that a change must gain."""
LIFTED_S = 0.5
"""Pieces of no longer a while are lifted out of their people together."""
LONGEST_RUN = 16
"""As are so many pieces of one person, however long that is."""
MOST_ROUNDS = 30

Part = tuple["Person", int, int]
"""A person's pieces, from one to before another."""
Pieces = list[int]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Who would be put together anew, and what that gains."""

    gain: float
    before: list[Person]
    after: list[Pieces]


NO_CHANGE = Change(0.0, [], [])


class Person:
    """Pieces in the order of time, with the sums of their evidence from the first on."""

    __slots__ = ("ends", "pieces", "starts", "sums")

    def __init__(self, pieces: list[int], links: Links, evidence: Evidence) -> None:
        self.pieces = pieces
        self.starts: list[float] = links.start_s[pieces].tolist()
        self.ends: list[float] = links.end_s[pieces].tolist()
        self.sums = evidence.at(np.array(pieces)).cumulative()

    def torn(self, t_s: float) -> int:
        """How many pieces lie before an instant; -1 if one lies across it."""
        count = bisect.bisect_left(self.starts, t_s)
        return count if count == 0 or self.ends[count - 1] < t_s else -1


class Partition:
    """People made of pieces, and how they are improved."""

    def __init__(self, links: Links, evidence: Evidence, tracks: Iterable[list[int]]) -> None:
        self._links, self._evidence = links, evidence
        self.persons = [Person(pieces, links, evidence) for pieces in tracks]
        after = np.nextafter(links.end_s, np.inf)
        self._instants = sorted({*links.start_s.tolist(), *after.tolist()})
        self._whiles = _whiles(links.start_s, after)

    def improve(self) -> None:
        """Make every change that gains, most first, until nothing gains."""
        known: set[tuple[tuple[int, ...], ...]] = set()
        settled = 0  # kinds of change, in a row, none of which gained
        for turn in range(2 * MOST_ROUNDS):
            lifting = turn % 2 == 1
            changed = self._round(self._lifts() if lifting else self._exchanges())
            settled = 0 if changed else settled + 1
            state = tuple(tuple(person.pieces) for person in self.persons)
            if settled == 2 or (lifting and state in known):
                return
            if lifting:
                known.add(state)

    def _exchanges(self) -> list[Callable[[], Change]]:
        return [partial(self.exchanged, t_s) for t_s in self._instants]

    def _lifts(self) -> list[Callable[[], Change]]:
        whiles = sorted(self._whiles | self._runs())
        return [partial(self.lifted, *while_s) for while_s in whiles]

    def _runs(self) -> set[tuple[float, float]]:
        """From where one of a person's pieces begins to where a later one of theirs ends."""
        return {
            (person.starts[i], float(np.nextafter(end, np.inf)))
            for person in self.persons
            for i in range(len(person.pieces))
            for end in person.ends[i : i + LONGEST_RUN]
        }

    def _round(self, trials: list[Callable[[], Change]]) -> bool:
        gains = [(trial().gain, -i) for i, trial in enumerate(trials)]
        best = sorted((gain for gain in gains if gain[0] > WORTH_IT), reverse=True)
        for _, i in best:
            change = trials[-i]()
            if change.gain > WORTH_IT:
                self._make(change)
        return bool(best)

    def _make(self, change: Change) -> None:
        kept = [person for person in self.persons if person not in change.before]
        same = {tuple(person.pieces): person for person in change.before}
        new = [
            same.get(tuple(pieces)) or Person(pieces, self._links, self._evidence)
            for pieces in change.after
        ]
        self.persons = sorted(kept + new, key=lambda person: person.pieces[0])

    def exchanged(self, t_s: float) -> Change:
        """Tear everybody apart at an instant and assign who was before to who comes after."""
        torn = [(person, person.torn(t_s)) for person in self.persons]
        heads = [(person, 0, count) for person, count in torn if count > 0]
        tails = [
            (person, count, len(person.pieces))
            for person, count in torn
            if 0 <= count < len(person.pieces)
        ]
        if not heads or not tails:
            return NO_CHANGE
        ratio = self._going_on(heads, tails)
        pairs, gain = _assigned(ratio, _own(heads, tails))
        if gain <= WORTH_IT:
            return NO_CHANGE
        joined = [_pieces(heads[h]) + _pieces(tails[t]) for h, t in pairs]
        return Change(gain, _persons(heads, tails), joined + _left(heads, tails, pairs))

    def lifted(self, from_s: float, to_s: float) -> Change:
        """Take what lies within a while out of everybody and put it back in the best way."""
        inner: list[Part] = []
        outer: list[Part] = []
        for person in self.persons:
            first, end = person.torn(from_s), person.torn(to_s)
            if first < 0 or end < 0:
                continue
            if end > first:
                inner.append((person, first, end))
            if first > 0 or end < len(person.pieces):
                outer.append((person, first, end))
        if not inner or not outer:
            return NO_CHANGE
        pairs, gain = _assigned(self._within(outer, inner), _own(outer, inner))
        if gain <= WORTH_IT:
            return NO_CHANGE
        filled = {o: _pieces(inner[i]) for o, i in pairs}
        after = [
            person.pieces[:first] + filled.get(o, []) + person.pieces[end:]
            for o, (person, first, end) in enumerate(outer)
        ]
        alone = _left([], inner, pairs)
        return Change(gain, _persons(outer, inner), after + alone)

    def _going_on(self, heads: list[Part], tails: list[Part]) -> Array:
        """(H, T) nats, less what is asked for."""
        last = np.array([person.pieces[end - 1] for person, _, end in heads])
        first = np.array([person.pieces[first] for person, first, _ in tails])
        ratio = self._links.ratio(last[:, None], first[None]) - APART
        h, t = np.nonzero(ratio > IMPOSSIBLE / 2)
        ratio[h, t] += same_ratio(_inside(heads).at(h), _inside(tails).at(t))
        return ratio

    def _within(self, outer: list[Part], inner: list[Part]) -> Array:
        """(O, I) nats for each of the inner parts to be put between what is around another."""
        before = np.array([person.pieces[first - 1] if first else -1 for person, first, _ in outer])
        after = np.array([(*person.pieces, -1)[end] for person, _, end in outer])
        first = np.array([person.pieces[first] for person, first, _ in inner])
        last = np.array([person.pieces[end - 1] for person, _, end in inner])
        ratio = self._joint(before[:, None], first[None]) + self._joint(last[None], after[:, None])
        ratio = ratio - self._joint(before, after)[:, None]
        o, i = np.nonzero(ratio > IMPOSSIBLE / 2)
        ratio[o, i] += same_ratio(_outside(outer).at(o), _inside(inner).at(i))
        return ratio

    def _joint(self, earlier: Array, later: Array) -> Array:
        """Nats of pairs, less what is asked for; nothing where one of them is -1, for none."""
        there = (earlier >= 0) & (later >= 0)
        return np.where(there, self._links.ratio(earlier, later) - APART, 0.0)


def _assigned(ratio: Array, own: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], float]:
    """The best pairs, none of which speaks against itself, and what they gain over what is."""
    worth = np.maximum(ratio, 0.0)
    rows, columns = linear_sum_assignment(-worth)
    pairs = [(h, t) for h, t in zip(rows.tolist(), columns.tolist(), strict=True) if worth[h, t]]
    gain = sum(worth[pair] for pair in pairs) - sum(ratio[pair] for pair in own)
    return pairs, float(gain)


def _own(a: list[Part], b: list[Part]) -> list[tuple[int, int]]:
    """Pairs of parts of one person."""
    places = {id(person): i for i, (person, _, _) in enumerate(a)}
    return [(places[id(p)], j) for j, (p, _, _) in enumerate(b) if id(p) in places]


def _pieces(part: Part) -> Pieces:
    person, first, end = part
    return person.pieces[first:end]


def _left(heads: list[Part], tails: list[Part], pairs: list[tuple[int, int]]) -> list[Pieces]:
    """Parts that are in no pair."""
    h, t = {h for h, _ in pairs}, {t for _, t in pairs}
    alone = [part for i, part in enumerate(heads) if i not in h]
    return [_pieces(part) for part in alone + [p for i, p in enumerate(tails) if i not in t]]


def _persons(*parts: list[Part]) -> list[Person]:
    return list({id(person): person for some in parts for person, _, _ in some}.values())


def _inside(parts: list[Part]) -> Evidence:
    """The evidence of each."""
    return _between(parts, False)


def _outside(parts: list[Part]) -> Evidence:
    """The evidence of all of each person but the part."""
    return _between(parts, True)


def _between(parts: list[Part], outside: bool) -> Evidence:
    whole = []
    for name in SUMS:
        sums = [getattr(person.sums, name) for person, _, _ in parts]
        inside = [s[end] - s[first] for s, (_, first, end) in zip(sums, parts, strict=True)]
        rest = [s[-1] - x for s, x in zip(sums, inside, strict=True)]
        whole.append(np.array(rest if outside else inside))
    return parts[0][0].sums.of(whole)


def _whiles(start_s: Array, after_s: Array) -> set[tuple[float, float]]:
    """From where a piece begins to where one ends, soon after."""
    ends = np.sort(after_s)
    found = set(zip(start_s.tolist(), after_s.tolist(), strict=True))
    for start in start_s.tolist():
        near = ends[np.searchsorted(ends, start) : np.searchsorted(ends, start + LIFTED_S)]
        found |= {(start, end) for end in near.tolist()}
    return found
