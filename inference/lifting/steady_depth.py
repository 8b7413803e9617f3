"""How far away people are, without the tremble: a pixel more or less in somebody's height is many
centimetres of distance, image by image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array

FOLLOWS_S = 0.1
"""After so long two thirds of a step are followed; who walks towards the camera is as much late."""

FORGOTTEN_S = 0.5


class SteadyDepth:
    """Places of one camera's people along the rays on which they are seen."""

    def __init__(self) -> None:
        self._people: dict[int, tuple[float, float]] = {}

    def follow(self, t_s: float, keys: Sequence[int], places: Array) -> Array:
        """Places (P, 3) m in the camera's frame; NaN stays. Whoever is not named is forgotten for
        good, whoever is NaN after a while."""
        steady, people = places.copy(), {}
        for row, key in enumerate(keys):
            last = self._people.get(key)
            if np.isfinite(places[row]).all():
                people[key] = self._depth(last, t_s, float(places[row, 2])), t_s
                steady[row] *= people[key][0] / places[row, 2]
            elif last is not None:
                people[key] = last
        self._people = people
        return steady

    def _depth(self, last: tuple[float, float] | None, t_s: float, depth: float) -> float:
        if last is None or not 0 <= t_s - last[1] <= FORGOTTEN_S:
            return depth
        share = 1 - np.exp(-(t_s - last[1]) / FOLLOWS_S)
        return float(last[0] * (depth / last[0]) ** share)
