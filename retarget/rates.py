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
_USUAL = (*(Fraction(n) for n in (24, 25, 30, 48, 50, 60, 90, 100, 120)), *_BROADCAST.values())
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
    usual = min(_USUAL, key=lambda r: abs(float(r) - rate))
    # 30 and 29.97 are 0.1 % apart: clocks of files tell them apart, live ones hardly
    if abs(float(usual) / rate - 1) < 4e-4:
        return usual
    return Fraction(min(max(1, round(rate)), _FASTEST))
