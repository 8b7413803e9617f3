"""A whole course at once: places, rates and smoothness in one banded system of equations."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

from livemocap.rotation import Array

from ..bands import add_bends

_ROUNDS = 3
"""Times that outliers are looked for anew."""


def solve_course(
    dt_s: Array,
    seen: tuple[Array, Array],
    rates: tuple[Array, Array],
    push: Array,
    glance: float = np.inf,
) -> Array:
    """The most likely course of numbers that move: what Filter and its way back come to.

    Args:
        dt_s: (T - 1,) steps, positive.
        seen: (T, K) places, and what 1 / their variances are: (T, K), or (T, 1) for all.
        rates: (T - 1, K) over the steps, and the same for them.
        push: (T - 1, 1 or K) spectral density of the rate's change from one step to the next; the
            first one says nothing.
        glance: deviations beyond which a place pulls no harder.

    Returns:
        (T, K).
    """
    places, trust = seen
    course = _solved(dt_s, places, trust, rates, push)
    if not np.isfinite(glance):
        return course
    for _ in range(_ROUNDS):
        off = np.abs(course - places) * np.sqrt(trust) / glance
        course = _solved(dt_s, places, trust / np.maximum(off, 1), rates, push)
    return course


def _solved(
    dt_s: Array, places: Array, trust: Array, rates: tuple[Array, Array], push: Array
) -> Array:
    """`solve_course` with weights as given."""
    bands = _bands(dt_s, trust, rates[1], push)
    led = rates[0] * rates[1] / dt_s[:, None]
    right = trust * places
    right[1:] += led
    right[:-1] -= led
    if bands.shape[2] == 1:
        return solveh_banded(bands[:, :, 0], right, check_finite=False)
    columns = [
        solveh_banded(bands[:, :, k], right[:, k], check_finite=False)
        for k in range(right.shape[1])
    ]
    return np.stack(columns, 1)


def _bands(dt_s: Array, trust: Array, rate_trust: Array, push: Array) -> Array:
    """(3, T, K or 1) the system's diagonals, as solveh_banded takes upper ones."""
    width = max(trust.shape[1], rate_trust.shape[1], push.shape[1])
    bands = np.zeros((3, len(trust), width))
    bands[2] += trust
    step = dt_s[:, None]
    pull = rate_trust / step**2
    bands[2, 1:] += pull
    bands[2, :-1] += pull
    bands[1, 1:] -= pull
    a, c = 1 / step[:-1], 1 / step[1:]
    b = -a - c
    add_bends(bands, 1 / (push[1:] * step[1:]), a, b, c)
    return bands
