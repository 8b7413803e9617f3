"""Numbers that wander smoothly through time."""

from __future__ import annotations

import math

import numpy as np

from livemocap.rotation import Array


def wander(
    rng: np.random.Generator, shape: tuple[int, ...], times_s: Array, period_s: float
) -> Array:
    """(*shape, T) float32, normal with deviation 1, that forget themselves within about a period.

    Cubic B-splines through random knots: speed and acceleration have no jumps either.
    """
    place = (times_s - times_s[0]) / period_s + rng.random()
    knots = math.ceil(place[-1]) + 4
    away = np.abs(place - (np.arange(knots) - 1)[:, None])
    near = 2 / 3 - away**2 + away**3 / 2
    far = np.maximum(2 - away, 0) ** 3 / 6
    weights = np.where(away < 1, near, far)
    weights /= np.sqrt((weights**2).sum(0))
    values = rng.standard_normal((*shape, knots), np.float32)
    return values @ weights.astype(np.float32)
