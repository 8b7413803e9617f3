"""Frame rates as exact fractions: film and television count in thousand-and-firsts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from .errors import RetargetError

_BROADCAST = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "47.952": Fraction(48000, 1001),
    "59.94": Fraction(60000, 1001),
    "119.88": Fraction(120000, 1001),
}
_WHOLE = tuple(Fraction(n) for n in (24, 25, 30, 48, 50, 60, 90, 100, 120))
_USUAL = (*_WHOLE, *_BROADCAST.values())
_SAME = 4e-4
"""30 and 29.97 are 0.1 % apart: clocks of files tell them apart, live ones hardly."""
_FARTHEST = 0.12
_FASTEST = 1000


def parse_rate(text: str) -> Fraction:
    """`30`, `23.976`, `12.5` or `30000/1001` in frames per second, exactly.

    Raises:
        RetargetError: it is no rate, or none that a file can carry.
    """
    try:
        rate = _BROADCAST.get(text.strip()) or Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise RetargetError(
            f"--fps {text}: expected a rate such as 30, 23.976, 30000/1001"
        ) from None
    if not 1 <= rate <= _FASTEST:
        raise RetargetError(f"--fps {text}: expected 1 to {_FASTEST} frames per second")
    return rate


def measured_rate(times_s: ArrayLike) -> Fraction:
    """The rate that (T,) times were taken at: the usual one if it is that near, else rounded.

    Missing frames do not count; fewer than two times are called 30 fps.
    """
    steps = np.diff(np.asarray(times_s))
    if not len(steps):
        return Fraction(30)
    middle = float(np.median(steps))
    rate = 1 / float(steps[np.abs(steps - middle) < 0.5 * middle].mean())
    # stamps of a busy machine tell a rate no better than they are even
    uneven = min(float(np.median(np.abs(steps - middle))) / middle, _FARTHEST)
    for usual, off in ((_USUAL, _SAME), (_WHOLE, uneven)):
        nearest = min(usual, key=lambda r: abs(float(r) - rate))
        if abs(float(nearest) / rate - 1) < off:
            return nearest
    return Fraction(min(max(1, round(rate)), _FASTEST))
