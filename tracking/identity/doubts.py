"""Moments at which somebody may have been taken for somebody else, and who."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from livemocap.rotation import Array

from ..association.motion import UNKNOWN_VARIANCE
from .bodies import Body, Place, fitted, followed
from .ends import FITTED_S, SPEED_MS, Motion, motion_ratio
from .links import LONG_AWAY, LONG_AWAY_S, UNCONNECTED
from .tracklets import ASIDE_S, CERTAIN

_EPS_S = 1e-6


@dataclass(slots=True)
class Before:
    """Where a key was when doubt began."""

    walk: list[Place]
    shot: int


@dataclass(slots=True, eq=False)
class Doubt:
    """From `start_s` to `end_s` these keys may have been exchanged; two met, or one came back."""

    start_s: float
    end_s: float
    keys: list[int]
    met: tuple[int, int] | None
    before: dict[int, Before]
    after: dict[int, tuple[list[Place], int]] = field(default_factory=dict)
    """The first places that each key showed afterwards, and the shot."""
    due_s: float = 0.0
    """When it is looked at next."""
    _ends: tuple[list[int], Motion] | None = None
    _links: tuple[object, Array] | None = None
    """What has been worked out once: how keys moved before, and nats for what was known then."""

    @property
    def at_s(self) -> float:
        """The instant at which people are taken to have been exchanged."""
        return 0.5 * (self.start_s + self.end_s) if self.met else self.start_s - _EPS_S

    @property
    def known_s(self) -> tuple[float, float]:
        """Until when and since when it is certain what belongs together."""
        later = _EPS_S if self.met else -0.5 * _EPS_S
        return self.start_s - 2 * _EPS_S, self.end_s + later

    def go_on(self, t_s: float) -> None:
        """It is in doubt still."""
        self.end_s = t_s
        self.after.clear()

    def see(self, key: int, body: Body) -> None:
        """Take in a sighting after the doubt began."""
        place = body.recent[-1]
        walk, shot = self.after.get(key, ([], body.shot))
        if not walk or (place[0] - walk[0][0] <= FITTED_S and shot == body.shot):
            self.after[key] = followed(walk, place), shot

    def adopt(self, new: int, key: int, owner: Body) -> None:
        """A newcomer in it has turned out to be `key`, who was `owner`."""
        if new not in self.keys:
            return
        self.keys = list(dict.fromkeys(key if one == new else one for one in self.keys))
        self.before.pop(new, None)
        self.before.setdefault(key, Before(owner.recent, owner.shot))
        walk = self.after.pop(new, None)
        if walk:
            self.after.setdefault(key, walk)

    def links(self, earlier: list[int], later: list[int]) -> Array:
        """(H, T) nats for keys before it to go on as keys after it, by motion."""
        asked = earlier, later, [self.after[key][0][-1][0] for key in later]
        if self._links is None or self._links[0] != asked:
            self._links = asked, self._weighed(earlier, later)
        return self._links[1]

    def _weighed(self, earlier: list[int], later: list[int]) -> Array:
        H, T = len(earlier), len(later)
        h, t = np.divmod(np.arange(H * T), T)
        starts = fitted([self.after[key][0][::-1] for key in later])
        last = np.array([self.before[key].walk[-1][0] for key in earlier])
        first = np.array([self.after[key][0][0][0] for key in later])
        gap_s = np.maximum(first[t] - last[h], 0.0)
        nats = motion_ratio(self._moved(earlier).at(h), starts.at(t), gap_s)
        nats += LONG_AWAY * (1 - np.exp(-gap_s / LONG_AWAY_S))
        nats = nats.reshape(H, T)
        shots = np.array([self.before[key].shot for key in earlier])[:, None]
        return np.where(shots == [self.after[key][1] for key in later], nats, UNCONNECTED)

    def _moved(self, keys: list[int]) -> Motion:
        """How keys moved before it."""
        if self._ends is None or not set(self._ends[0]) >= set(keys):
            self._ends = list(self.before), fitted([one.walk for one in self.before.values()])
        return self._ends[1].at(np.array([self._ends[0].index(key) for key in keys]))


def begun(t_s: float, keys: Iterable[int], bodies: dict[int, Body], met: bool) -> Doubt:
    """A doubt about keys that begins now."""
    keys = list(keys)
    before = {key: Before(body.recent, body.shot) for key in keys if (body := bodies[key]).recent}
    pair = (keys[0], keys[1]) if met else None
    return Doubt(t_s, t_s, keys, pair, before)


def meetings(
    t_s: float, shot: int, bodies: dict[int, Body], keys: list[int], places: Array, noise: Array
) -> list[tuple[int, int]]:
    """Pairs of keys that may have been exchanged between their last sightings and these.

    Args:
        keys: P of which there are sightings now, at (P, 3) `places` with their `noise`.
    """
    aside = [
        key
        for key, body in bodies.items()
        if t_s - body.seen_s <= ASIDE_S and body.shot == shot and body.recent
    ]
    if not aside or not keys:
        return []
    ratio = _step_ratio(t_s, [bodies[key].recent[-1] for key in aside], places, noise)
    a, p = np.nonzero(_margin(ratio, aside, keys) < CERTAIN)
    pairs = {(aside[i], keys[j]) for i, j in zip(a.tolist(), p.tolist(), strict=True)}
    return sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})


def _margin(ratio: Array, aside: list[int], keys: list[int]) -> Array:
    """(A, P) nats for two to have gone on rather than to have been exchanged; for somebody unseen
    only that the other has not taken the place."""
    rows, columns = {k: i for i, k in enumerate(aside)}, {k: i for i, k in enumerate(keys)}
    row = np.array([rows.get(key, -1) for key in keys])
    column = np.array([columns.get(key, -1) for key in aside])
    own = np.where(row >= 0, ratio[row, np.arange(len(keys))], 0.0)
    back = own[column][:, None] - ratio[row][:, column].T
    back = np.where(row >= 0, back, np.inf)
    return own - ratio + np.where((column >= 0)[:, None], back, 0.0)


def _step_ratio(t_s: float, last: list[Place], places: Array, noise: Array) -> Array:
    """(A, P) nats for each place to be that of who was at each of the last places."""
    seen_s, where, spread = zip(*last, strict=True)
    before, before_noise = np.array(where)[:, None], np.array(spread)[:, None]
    gap_s = (t_s - np.array(seen_s))[:, None, None]
    reach = SPEED_MS * gap_s * np.exp(-before[..., 2:])
    total = before_noise * before_noise + noise * noise + reach * reach
    total = np.minimum(total, UNKNOWN_VARIANCE)
    off = places - before
    return 0.5 * (1 + np.log(UNKNOWN_VARIANCE / total) - off * off / total).sum(-1)
