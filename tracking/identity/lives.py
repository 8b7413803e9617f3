"""People as chains: which key each of them was at every instant, as far as it is known by now."""

from __future__ import annotations

import math
from dataclasses import dataclass

from livemocap.rotation import Array

from .bodies import Body


@dataclass(slots=True, eq=False)
class Life:
    """One person: an id, and the keys that were this person."""

    track_id: int
    sums: Array
    """Of what was seen before the first of `parts`."""
    parts: list[tuple[int, float, float]]
    """Key, from when and until when; the last of somebody with a key now is open."""

    @property
    def key(self) -> int | None:
        """Who this is to the stages now."""
        return self.parts[-1][0] if self.parts and math.isinf(self.parts[-1][2]) else None


class Lives:
    """Everybody with an id; at every instant each key is at most one of them."""

    def __init__(self, bodies: dict[int, Body]) -> None:
        self._bodies = bodies
        self._all: list[Life] = []
        self._by_key: dict[int, Life] = {}

    def __contains__(self, key: int) -> bool:
        return key in self._by_key

    def now(self, key: int) -> Life | None:
        """Who a key is now."""
        return self._by_key.get(key)

    def at(self, key: int, t_s: float) -> Life | None:
        """Who a key was."""
        life = self._by_key.get(key)
        if life is None or life.parts[-1][1] <= t_s:
            return life
        for life in self._all:
            if any(part[0] == key and part[1] <= t_s < part[2] for part in life.parts):
                return life
        return None

    def begin(self, key: int, track_id: int, anew: bool = False) -> None:
        """A key gets an id, which it has had since its first sighting; `anew` if what has been
        seen of it may be of somebody else."""
        self.end(key)
        body = self._bodies[key]
        sums = -body.sums[-1] if anew else 0 * body.sums[0]
        life = Life(track_id, sums, [(key, -math.inf, math.inf)])
        self._all.append(life)
        self._by_key[key] = life

    def end(self, key: int) -> None:
        """A key is no more."""
        life = self._by_key.pop(key, None)
        if life is not None:
            self._all.remove(life)

    def adopt(self, new: int, key: int) -> None:
        """A newcomer's key has turned out to be an earlier one: whoever was that goes on."""
        newcomer, earlier = self._by_key.get(new), self._by_key.get(key)
        was = newcomer is not None and any(part[0] == key for part in newcomer.parts)
        self.end(key if was else new)
        for life in self._all:
            life.parts = [(key if part[0] == new else part[0], *part[1:]) for part in life.parts]
        self._by_key.pop(new, None)
        if life := newcomer if was else earlier:
            self._by_key[key] = life

    def until(self, life: Life, t_s: float) -> Array:
        """Sums of what was seen of somebody before an instant."""
        sums = life.sums
        for key, begun, ended in life.parts:
            if begun < t_s:
                body = self._bodies[key]
                sums = sums + body.until(min(ended, t_s)) - self._from(body, begun)
        return sums

    def since(self, life: Life, t_s: float) -> Array:
        """Sums of what was seen of somebody after an instant."""
        sums = 0 * life.sums
        for key, begun, ended in life.parts:
            if ended > t_s:
                body = self._bodies[key]
                sums = sums + body.until(ended) - body.until(max(begun, t_s))
        return sums

    def rejoin(self, pairs: list[tuple[Life, Life]], t_s: float) -> None:
        """Whoever was the first of a pair before an instant has been the second since then.

        Those who lose what they were since, and get nothing for it, get what is left over; of
        whom nothing is left at all, is no more.
        """
        lives = list(dict.fromkeys(life for pair in pairs for life in pair))
        heads = {life: _before(life, t_s) for life in lives}
        tails = {life: _after(life, t_s) for life in lives}
        owner = _completed(pairs, lives)
        for life in lives:
            life.parts = heads[life] + tails[owner[life]]
            if not life.parts and life in self._all:
                self._all.remove(life)
        for life in lives:
            if life.key is not None:
                self._by_key[life.key] = life

    def restore(self, parts: dict[Life, list[tuple[int, float, float]]]) -> None:
        """Undo a `rejoin` of people who had these parts."""
        for life, own in parts.items():
            life.parts = own
            if life not in self._all:
                self._all.append(life)
            if life.key is not None:
                self._by_key[life.key] = life

    def has_been(self, key: int) -> bool:
        """Whether somebody who is remembered was this key for a while, and is another now."""
        return any(part[0] == key and life.key != key for life in self._all for part in life.parts)

    def forget(self, before_s: float) -> None:
        """Let go of who was which key long ago, not of what was seen."""
        for life in self._all:
            if not life.parts or life.parts[0][1] >= before_s:
                continue
            kept = _after(life, before_s)
            life.sums = self.until(life, before_s)
            life.parts = kept

    def _from(self, body: Body, begun: float) -> Array:
        return body.until(begun) if math.isfinite(begun) else 0 * body.sums[0]


def _before(life: Life, t_s: float) -> list[tuple[int, float, float]]:
    return [(key, begun, min(ended, t_s)) for key, begun, ended in life.parts if begun < t_s]


def _after(life: Life, t_s: float) -> list[tuple[int, float, float]]:
    return [(key, max(begun, t_s), ended) for key, begun, ended in life.parts if ended > t_s]


def _completed(pairs: list[tuple[Life, Life]], lives: list[Life]) -> dict[Life, Life]:
    owner = dict(pairs)
    left = [life for life in lives if life not in owner.values()]
    for life in [life for life in lives if life not in owner]:
        own = life if life in left else left[0]
        owner[life] = own
        left.remove(own)
    return owner
