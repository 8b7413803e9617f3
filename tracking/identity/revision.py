"""What was decided a moment too early: who newcomers are, and who is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from livemocap.messages import TRACK_OBSERVED, TRACK_TENTATIVE

from ..people import People
from .foresight import Foresight
from .second_thoughts import SecondThoughts
from .selection import some

LEAST_SIGHTINGS = 6
"""A newcomer with fewer may be nobody."""
MISSED = 0.5
"""Share of what is known of the future for which nobody has seen a newcomer who was nobody."""
_EPS_S = 1e-9


@dataclass(slots=True)
class Ahead:
    """What later images tell of one person."""

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

    def nobody(self, missed_since_s: float) -> bool:
        """Whether this was a glimpse, not seen any more since then."""
        sure = self.believed or self.sightings >= LEAST_SIGHTINGS
        return not sure and self.seen_s < missed_since_s


class Revision:
    """People to People, at once: as it would have been with what came while others held it back.

    A newcomer who has turned out to be somebody earlier is that person from the first sighting on,
    with that person's shape. Whoever has got an id meanwhile has it from the first sighting on;
    whoever has come and gone without being believed is left out.

    Args:
        foresight: where the same images have passed, further up the chain.
        aliases: the key of a newcomer to that of the earlier person who it was; association
            writes into it while images pass.
        thoughts: who people are known to be by now, of the same images.
    """

    look_ahead_s = 0.0

    def __init__(
        self,
        foresight: Foresight,
        aliases: Mapping[int, int],
        thoughts: SecondThoughts | None = None,
    ) -> None:
        self._foresight, self._thoughts = foresight, thoughts
        self._aliases = aliases
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._before: set[int] = set()
        """Keys of the image given out last."""

    def push(self, item: People) -> list[People]:
        """See Stage."""
        if item.cut:
            self._before = set()
        since = self._foresight.since(item.t_s)
        ahead = self._look_ahead(self._doubtful(item), since)
        missed_s = MISSED * (since[-1].t_s - item.t_s) + _EPS_S
        gone = {key for key, one in ahead.items() if one.nobody(since[-1].t_s - missed_s)}
        rows: dict[int, int] = {}
        for row in np.lexsort((item.keys, item.seen)).tolist():  # whoever is seen comes last
            rows[self._who(int(item.keys[row]))] = row
        keys = [key for key in sorted(rows) if key in self._before or key not in gone]
        self._before = set(keys)
        revised = _named(item, keys, [rows[key] for key in keys], ahead)
        if self._thoughts is None:
            return [revised]
        return [replace(revised, ids=self._thoughts.ids(revised))]

    def flush(self) -> list[People]:
        """Nothing is held back."""
        self._foresight.reset()
        if self._thoughts is not None:
            self._thoughts.reset()
        self.reset()
        return []

    def _doubtful(self, now: People) -> set[int]:
        """Keys of whom more may be known by now than in their image."""
        unsure = now.seen & ((now.states == TRACK_TENTATIVE) | (now.ids == 0))
        doubtful = {self._who(key) for key in now.keys[unsure].tolist()}
        if not self._aliases.keys().isdisjoint(keys := now.keys.tolist()):
            doubtful |= {self._who(key) for key in keys if key in self._aliases}
        return doubtful

    def _look_ahead(self, keys: set[int], since: Iterable[People]) -> dict[int, Ahead]:
        """What is known by now of these people."""
        ahead = {key: Ahead() for key in keys}
        for people in since if keys else ():
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


def _named(now: People, keys: list[int], rows: list[int], ahead: dict[int, Ahead]) -> People:
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
        rest_joints=rest,
        betas=betas,
    )
