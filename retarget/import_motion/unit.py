"""The unit of length of a file that does not say it: found from how long people's legs are."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RetargetError
from ..rigs.bvh_rig import METRES_PER_UNIT

_NAMES = {"cmu": "that of CMU's library, 0.0564 m", "inch": "inches"}
_HEIGHT_OF_LEG = 1 / 0.4887
"""A person's height by the length of thigh and shin."""
_HEIGHTS_M = (1.4, 2.1)
_USUAL_HEIGHT_M = 1.7
_ABSURD_M = 1e6


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit of a file is."""

    metres: float
    found: str
    """For people to read: what it is and why."""


def unit_of(leg: float, scale: float | None) -> Unit:
    """
    Args:
        leg: thigh and shin together, in the file's unit.
        scale: metres that a person said one unit has.

    Raises:
        RetargetError: nothing is as long as that.
    """
    if scale is not None and not 0 < scale < _ABSURD_M:
        raise RetargetError(f"--scale {scale:g}: expected metres in a unit, such as 0.01")
    if scale is not None:
        return Unit(scale, f"{scale:g} m as told; the person is {_height(leg, scale):.2f} m tall")
    for name, metres in METRES_PER_UNIT.items():
        height_m = _height(leg, metres)
        if _HEIGHTS_M[0] <= height_m <= _HEIGHTS_M[1]:
            return Unit(metres, f"{_NAMES.get(name, name)}; the person is {height_m:.2f} m tall")
    metres = _USUAL_HEIGHT_M / _height(leg, 1.0)
    return Unit(
        metres,
        f"unknown: thigh and shin are {leg:.4g} long. Taken as {metres:.4g} m, which makes the "
        f"person {_USUAL_HEIGHT_M} m tall; --scale says otherwise",
    )


def _height(leg: float, metres: float) -> float:
    return leg * metres * _HEIGHT_OF_LEG
