"""Depths that jump for a moment: nobody is twice as far away in one image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array

from ..people import DEPTH_JUMPED, Ints, People, carried

STEP = 0.18
"""Of log depth: four times the noise of a sighting. Less is for a filter to smooth."""

SPEED_MS = 6.0
"""Along the view, faster than anybody runs towards a camera."""

LET_GO_S = 5 / 30
"""A depth that stays for so long is believed."""

DOUBT = 3.0
"""How many times less sure a depth is that was not believed."""


class Depths:
    """Holds the last depth that could be believed; a Stage from People to People."""

    look_ahead_s = 0.0

    def __init__(self) -> None:
        self.counts = {"depth_jumped": 0}
        """Sightings of people that were mended."""
        self.reset()

    def push(self, item: People) -> list[People]:
        """See Stage."""
        if item.cut:
            self.reset()
        depth, seen = item.places[:, 2], item.seen
        if len(item.keys) != len(self._keys) or (item.keys != self._keys).any():
            self._follow(item.keys, depth)
        dt_s = item.t_s - self._good_s
        room = STEP + SPEED_MS * np.minimum(dt_s, LET_GO_S) * np.exp(-self._good)
        jumped = np.abs(depth - self._good) > room
        jumped &= seen & ~item.fresh & (dt_s <= LET_GO_S)
        good = seen & ~jumped
        if good.all():
            self._good, self._good_s = depth, np.full(len(depth), item.t_s)
            return [item]
        self._good = np.where(good, depth, self._good)
        self._good_s = np.where(good, item.t_s, self._good_s)
        if not jumped.any():
            return [item]
        return [self._mended(item, jumped)]

    def flush(self) -> list[People]:
        """See Stage."""
        self.reset()
        return []

    def reset(self) -> None:
        """See Stage."""
        self._keys: Ints = np.zeros(0, np.int64)
        self._good = np.zeros(0)
        """(P,) log depth that was believed last, and when."""
        self._good_s = np.zeros(0)

    def _mended(self, people: People, jumped: NDArray[np.bool_]) -> People:
        places, noise = people.places.copy(), people.noise.copy()
        places[jumped, 2] = self._good[jumped]
        noise[jumped, 2] *= DOUBT
        repairs = people.repairs.copy()
        repairs[jumped] |= DEPTH_JUMPED
        self.counts["depth_jumped"] += int(jumped.sum())
        return replace(people, places=places, noise=noise, repairs=repairs)

    def _follow(self, keys: Ints, depth: Array) -> None:
        """Put what is remembered into the order of `keys`; newcomers begin here."""
        rows = carried(self._keys, keys)
        old, known = rows[rows >= 0], rows >= 0
        good, good_s = depth.copy(), np.full(len(keys), -np.inf)
        good[known], good_s[known] = self._good[old], self._good_s[old]
        self._keys, self._good, self._good_s = keys, good, good_s
