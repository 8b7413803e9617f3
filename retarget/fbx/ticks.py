"""Time as FBX counts it: a fraction of a second so small that all film rates come out even."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from livemocap.rotation import Array

TICKS_PER_S = 46_186_158_000

CUSTOM_RATE = 14
_MODES = {
    Fraction(120): 1,
    Fraction(100): 2,
    Fraction(60): 3,
    Fraction(50): 4,
    Fraction(48): 5,
    Fraction(30): 6,
    Fraction(30000, 1001): 9,
    Fraction(25): 10,
    Fraction(24): 11,
    Fraction(24000, 1001): 13,
    Fraction(96): 15,
    Fraction(72): 16,
    Fraction(60000, 1001): 17,
    Fraction(120000, 1001): 18,
}


def frame_ticks(frames: int, fps: Fraction) -> Array:
    """(T,) int64: when frame k is, k / fps to the nearest tick."""
    # in Python's integers: k times both numbers is more than 64 bits hold
    up, down = TICKS_PER_S * fps.denominator, fps.numerator
    return np.array([(2 * k * up + down) // (2 * down) for k in range(frames)], np.int64)


def time_mode(fps: Fraction) -> int:
    """What FBX calls a rate; `CUSTOM_RATE` if it has no name for it."""
    return _MODES.get(fps, CUSTOM_RATE)
