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

    def take_in(self, people: People, row: int, own: bool) -> None:
        """A row of a later image; `own` if it is under the person's own key."""
        self.track_id = int(people.ids[row]) or self.track_id
        self.believed |= bool(people.states[row] == TRACK_OBSERVED)
        if people.rows[row] >= 0:
            self.sightings += 1
            self.seen_s = people.t_s
        if own:
            self.latest = people, row


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
        now = self._held[0]
        if now.cut:
            self._before = set()
        ahead = self._look_ahead(self._doubtful(now))
        rows: dict[int, int] = {}
        for row in np.lexsort((now.keys, now.seen)).tolist():  # whoever is seen comes last
            rows[self._who(int(now.keys[row]))] = row
        keys = [key for key in sorted(rows) if key in self._before or not self._nobody(key, ahead)]
        fresh = np.array([key not in self._before for key in keys], bool)
        self._before = set(keys)
        self._held.popleft()
        return _named(now, keys, [rows[key] for key in keys], ahead, fresh)

    def _doubtful(self, now: People) -> set[int]:
        """Keys of whom more may be known by now than in their image."""
        unsure = now.seen & ((now.states == TRACK_TENTATIVE) | (now.ids == 0))
        doubtful = {self._who(key) for key in now.keys[unsure].tolist()}
        if not self._aliases.keys().isdisjoint(keys := now.keys.tolist()):
            doubtful |= {self._who(key) for key in keys if key in self._aliases}
        return doubtful

    def _look_ahead(self, keys: set[int]) -> dict[int, Ahead]:
        """What is known by now of these people."""
        ahead = {key: Ahead() for key in keys}
        for people in self._held if keys else ():
            for row, own in enumerate(people.keys.tolist()):
                key = self._who(own)
                if key in ahead:
                    ahead[key].take_in(people, row, own == key)
        return ahead

    def _who(self, key: int) -> int:
        """The key of the person that `key` is known to be by now."""
        while key in self._aliases:
            key = self._aliases[key]
        return key

    def _nobody(self, key: int, ahead: dict[int, Ahead]) -> bool:
        person = ahead.get(key)
        if person is None or person.believed or person.sightings >= LEAST_SIGHTINGS:
            return False
        return self._held[-1].t_s - person.seen_s > MISSED * self.look_ahead_s + _EPS_S


def _named(
    now: People, keys: list[int], rows: list[int], ahead: dict[int, Ahead], fresh: Array
) -> People:
    """The people at `rows`, under their own names and with their own shapes."""
    index = np.array(rows, np.int64)
    rest, betas = now.rest_joints[index], now.betas[index]
    ids, states = now.ids[index], now.states[index]
    for i, (key, row) in enumerate(zip(keys, rows, strict=True)):
        person = ahead.get(key)
        if person is None or now.rows[row] < 0:
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
