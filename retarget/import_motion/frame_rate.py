"""Frame rates of files as exact fractions: they are written with few digits."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..errors import RetargetError
from ..rates import measured_rate

_SLOWEST, _FASTEST = 1, 1000


def rate_of_frame_time(frame_time_s: float, path: Path) -> Fraction:
    """The rate that a BVH file means: 0.0166667 s is 60 fps, 0.08 s is 12.5.

    Raises:
        RetargetError: it is none.
    """
    if not 1 / _FASTEST <= frame_time_s <= 1 / _SLOWEST:
        raise RetargetError(
            f"{path}: Frame Time {frame_time_s:g}: expected seconds, {1 / _FASTEST:g} to "
            f"{1 / _SLOWEST:g}. --source-fps says what the rate really is."
        )
    written = repr(frame_time_s)
    exact = 1 / Fraction(written)
    if exact.denominator <= 2:
        return exact
    usual = measured_rate([0.0, frame_time_s])
    half_a_digit = 0.5 * 10.0 ** -len(written.partition(".")[2])
    if abs(float(1 / usual) - frame_time_s) <= max(half_a_digit, 1e-7):
        return usual
    return exact.limit_denominator(1001)


def rate_of_number(fps: float, path: Path) -> Fraction:
    """The rate that a file gives in frames per second: 59.94 is 60000/1001.

    Raises:
        RetargetError: it is none.
    """
    if not _SLOWEST <= fps <= _FASTEST:
        raise RetargetError(
            f"{path}: {fps:g} frames per second: expected {_SLOWEST} to {_FASTEST}. "
            "--source-fps says what the rate really is."
        )
    usual = measured_rate([0.0, 1 / fps])
    if abs(float(usual) / fps - 1) < 1e-4:
        return usual
    return Fraction(fps).limit_denominator(1001)
