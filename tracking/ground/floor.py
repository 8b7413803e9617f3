"""The floor as a plane, from feet that stand on it.

One person who stands in one place tells no more than its height. Whoever walks about, or several
people at several distances, tell also how it is tilted, and far better than bodies tell where up
is: these lean by degrees, while a foot that stands is off by a few centimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, normalize

UP_RAD = np.radians(5)
"""How far off bodies may be about where up is."""
SOLE_M, SOLE_S = 0.05, 1.0
"""How far off a sole may be from the floor it stands on, and the time constant of that error:
depth drifts slowly."""
FAR_M = 0.15
"""Height from which on a point is hardly believed to stand on the floor."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Points whose up @ point + height_m is 0, in the camera's frame."""

    up: Array
    """(3,) unit."""
    height_m: float
    """Of the camera above it."""

    def over(self, points: Array) -> Array:
        """(..., 3) to (...) m above the floor."""
        return points @ self.up + self.height_m


def fit_floor(points: Array, trust: Array, guess: Floor, up: Array, rounds: int) -> Floor:
    """The likeliest floor under points of which most lie on it.

    Args:
        points: (N, 3) m, under feet.
        trust: (N,) 1 / variance of their height, m^-2; one that counts time as well, if errors
            last longer than it takes from one point to the next.
        guess: about which to look.
        up: (3,) unit, as bodies tell.
        rounds: times that outliers are looked for anew.
    """
    floor = guess
    if not len(points):
        return floor
    for _ in range(rounds):
        floor = _nearer(points, trust, floor, up)
    return floor


def _nearer(points: Array, trust: Array, floor: Floor, up: Array) -> Floor:
    """One step of Gauss and Newton."""
    across = np.cross(floor.up, [0.0, 0.0, 1.0])
    tilts = np.stack([normalize(across), normalize(np.cross(floor.up, across))])
    off = floor.over(points)
    weights = trust / (1 + (off / FAR_M) ** 2)
    by = np.column_stack([points @ tilts.T, np.ones(len(points))])
    weighted = (by * weights[:, None]).T
    square, right = weighted @ by, -(weighted @ off)
    square[[0, 1], [0, 1]] += UP_RAD**-2
    right[:2] += UP_RAD**-2 * (tilts @ up)
    square[2, 2] += 1e-9
    step = np.linalg.solve(square, right)
    return Floor(normalize(floor.up + step[:2] @ tilts), floor.height_m + float(step[2]))
