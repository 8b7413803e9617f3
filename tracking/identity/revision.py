"""What was decided a moment too early: who newcomers are, and who is shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from livemocap.messages import TRACK_OBSERVED, TRACK_TENTATIVE
from livemocap.rotation import Array

from ..people import People
from .selection import some

LEAST_SIGHTINGS = 6
"""A newcomer with fewer may be nobody."""
MISSED = 0.5
"""Share of the look-ahead for which nobody has seen a newcomer who was nobody."""
_EPS_S = 1e-9


@dataclass(slots=True)
class Ahead:
    """What the images that are held back tell of one person."""

    track_id: int = 0
    believed: bool = False
    sightings: int = 0
    seen_s: float = 0.0
    """Of the last sighting."""
    latest: tuple[People, int] | None = None
    """Where the person is listed last."""


class Revision:
    """People to People, `look_ahead_s` later: as it would have been with what came meanwhile.

    A newcomer who has turned out to be somebody earlier is that person from the first sighting on,
    with that person's shape. Whoever gets an id within the look-ahead has it from the first
    sighting on; whoever has come and gone within it without being believed is left out.

    Args:
        aliases: the key of a newcomer to that of the earlier person who it was; association
            writes into it while images pass.
    """

    def __init__(self, look_ahead_s: float, aliases: Mapping[int, int]) -> None:
        self.look_ahead_s = look_ahead_s
        self._aliases = aliases
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._held: deque[People] = deque()
        self._before: set[int] = set()
        """Keys of the image given out last."""

    def push(self, item: People) -> list[People]:
        """See Stage."""
        self._held.append(item)
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
        """The oldest image that is held back, going by all of them."""
        end_s = self._held[-1].t_s
        ahead = self._look_ahead()
        now = self._held.popleft()
        if now.cut:
            self._before = set()
        rows: dict[int, int] = {}
        for row in np.lexsort((now.keys, now.seen)).tolist():  # whoever is seen comes last
            rows[self._who(int(now.keys[row]))] = row
        keys = [
            key
            for key in sorted(rows)
            if key in self._before or not self._nobody(ahead[key], end_s)
        ]
        fresh = np.array([key not in self._before for key in keys], bool)
        self._before = set(keys)
        return _named(now, keys, [rows[key] for key in keys], ahead, fresh)

    def _look_ahead(self) -> dict[int, Ahead]:
        """What is known by now of everybody, by key."""
        ahead: dict[int, Ahead] = {}
        for people in self._held:
            columns = people.keys, people.ids, people.states, people.rows
            for row, (key, track_id, state, seen) in enumerate(
                zip(*map(_list, columns), strict=True)
            ):
                person = ahead.setdefault(self._who(key), Ahead())
                person.track_id = track_id or person.track_id
                person.believed |= state == TRACK_OBSERVED
                if seen >= 0:
                    person.sightings += 1
                    person.seen_s = people.t_s
                if key not in self._aliases:
                    person.latest = people, row
        return ahead

    def _who(self, key: int) -> int:
        """The key of the person that `key` is known to be by now."""
        while key in self._aliases:
            key = self._aliases[key]
        return key

    def _nobody(self, person: Ahead, end_s: float) -> bool:
        gone = end_s - person.seen_s > MISSED * self.look_ahead_s + _EPS_S
        return gone and not person.believed and person.sightings < LEAST_SIGHTINGS


def _named(
    now: People, keys: list[int], rows: list[int], ahead: dict[int, Ahead], fresh: Array
) -> People:
    """The people at `rows`, under their own names and with their own shapes."""
    index = np.array(rows, np.int64)
    rest, betas = now.rest_joints[index], now.betas[index]
    ids, states = now.ids[index], now.states[index]
    for i, (key, row) in enumerate(zip(keys, rows, strict=True)):
        person = ahead[key]
        if now.rows[row] < 0:
            continue
        ids[i] = person.track_id
        states[i] = TRACK_OBSERVED if person.believed else TRACK_TENTATIVE
        if now.keys[row] != key and person.latest is not None:
            people, there = person.latest
            rest[i], betas[i] = people.rest_joints[there], people.betas[there]
    return some(
        now,
        index,
        keys=np.array(keys, np.int64),
        ids=ids,
        states=states,
        fresh=fresh,
        rest_joints=rest,
        betas=betas,
    )


def _list(values: Array) -> list[int]:
    return values.tolist()
