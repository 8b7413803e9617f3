"""Courses drawn through samples like stiff wires: penalised least squares over a whole stretch.

After Whittaker (1923), with a price on speed and on its change. A wire goes through a gap by
itself, and an hour costs no more by the second than a moment does.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

from livemocap.rotation import Array

from ..bands import add_bends

SHORTEST_STEP_S, LONGEST_STEP_S = 1e-3, 0.1
"""A sample speaks for the time between its neighbours, but for no more and no less than this."""


class Wires:
    """Draws wires through samples at the same (T,) times, increasing; T is at least 3."""

    def __init__(self, t_s: Array) -> None:
        self._step_s = step_s = np.maximum(np.diff(t_s), SHORTEST_STEP_S)
        before_s, after_s = step_s[:-1], step_s[1:]
        around_s = before_s + after_s
        spoken_s = np.r_[step_s[0], around_s / 2, step_s[-1]]
        self._spoken_s = np.minimum(spoken_s, LONGEST_STEP_S)
        parts = (1 / before_s, -1 / before_s - 1 / after_s, 1 / after_s)
        first, middle, last = (2 * part / around_s for part in parts)
        self._bends = np.zeros((3, len(t_s)))
        add_bends(self._bends, around_s / 2, first, middle, last)

    def drawn(self, value: Array, weight: Array, hold_s: float, bend_s: float = 0.0) -> Array:
        """What minimises weight |x - value|^2 + hold_s^2 (|x'|^2 + bend_s^2 |x''|^2) over time.

        Args:
            value: (T, K).
            weight: (T,) above 0.
            hold_s: the time constant with which the wire follows a sudden change.
            bend_s: how long it takes to change its speed.

        Returns:
            (T, K).
        """
        pull = weight * self._spoken_s
        bands = (hold_s * bend_s) ** 2 * self._bends
        held = hold_s**2 / self._step_s
        bands[2] += pull
        bands[2, :-1] += held
        bands[2, 1:] += held
        bands[1, 1:] -= held
        return solveh_banded(bands, pull[:, None] * value, check_finite=False)


def usual_step(t_s: Array) -> float:
    """Seconds from one of (T,) times to the next; images that came twice tell nothing of it."""
    step_s = np.diff(t_s)
    step_s = step_s[step_s > SHORTEST_STEP_S]
    return float(np.median(step_s)) if len(step_s) else SHORTEST_STEP_S


def passed(turn_rad: Array, step_s: float, hold_s: float, bend_s: float) -> Array:
    """What a wire leaves of waves that turn by `turn_rad` from sample to sample, 0 to 1."""
    squared = (2 - 2 * np.cos(turn_rad)) / step_s**2
    return 1 / (1 + hold_s**2 * squared * (1 + bend_s**2 * squared))
