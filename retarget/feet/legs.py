"""Both legs of a rig at an instant, and how its feet stand on the floor at rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array

from ..errors import RetargetError
from .vectors import length, pair

HEEL, TOE = 0, 1
"""The two points of a foot that can touch the floor, in this order in every array of points."""
_GRAVITY = 9.81
_TEMPO_S = (0.2, 0.32)
"""Of a small child and of the tallest: a giant's motion was captured from one of them, too."""


@dataclass(frozen=True, kw_only=True)
class Legs:
    """Heads of the leg bones; axis -2 is left, right. The leading shape is people (live) or frames
    (a take)."""

    hip: Array
    """(..., 2, 3) m; knee, ankle, toe and heel as well."""
    knee: Array
    ankle: Array
    toe: Array
    """Where the toes bend."""
    heel: Array | None = None
    """Where the foot's back end touches the floor; without one the ankle stands in for it."""

    def __post_init__(self) -> None:
        shape = (*self.hip.shape[:-2], 2, 3)
        for name in ("hip", "knee", "ankle", "toe", "heel"):
            array = getattr(self, name)
            if array is not None and array.shape != shape:
                raise RetargetError(f"legs: {name} is {array.shape}, expected {shape}")

    @cached_property
    def points(self) -> Array:
        """(..., 2, 2, 3) m, heel and toe of both feet."""
        heel = self.ankle if self.heel is None else self.heel
        return pair(heel, self.toe)

    @cached_property
    def thigh(self) -> Array:
        """(..., 2, 3) m."""
        return self.knee - self.hip

    @cached_property
    def shin(self) -> Array:
        """(..., 2, 3) m."""
        return self.ankle - self.knee

    @cached_property
    def lengths(self) -> tuple[Array, Array, Array]:
        """(..., 2) m of thighs, of shins, and from hips to ankles."""
        return length(self.thigh), length(self.shin), length(self.ankle - self.hip)


@dataclass(frozen=True, kw_only=True)
class FeetAtRest:
    """A rig's feet flat on the floor. P people, or no leading axis for one."""

    heights: Array
    """(..., 2, 2) m, heel and toe of both feet over the floor."""
    leg: Array
    """(...) m, thigh plus shin: the unit of all limits."""

    @staticmethod
    def of(legs: Legs, floor_m: ArrayLike = 0.0) -> FeetAtRest:
        """From the rest pose, in which the rig stands on `floor_m`.

        Raises:
            RetargetError: a leg has no length.
        """
        lengths = np.linalg.norm(legs.hip - legs.knee, axis=-1)
        lengths = lengths + np.linalg.norm(legs.knee - legs.ankle, axis=-1)
        leg = lengths.mean(-1)
        if not np.all(leg > 0):
            raise RetargetError("a rig's legs need a thigh and a shin to stand on")
        heights = legs.points[..., 1] - np.asarray(floor_m)[..., None, None]
        return FeetAtRest(heights=heights, leg=leg)

    def for_people(self, people: int) -> FeetAtRest:
        """Of each of P people, from theirs or from the one rig that all use."""
        return FeetAtRest(
            heights=np.broadcast_to(self.heights, (people, 2, 2)),
            leg=np.broadcast_to(self.leg, (people,)),
        )

    @cached_property
    def unit_s(self) -> Array:
        """(...) s, sqrt(leg / g), by which legs swing: the unit of all times."""
        return np.clip(np.sqrt(self.leg / _GRAVITY), *_TEMPO_S)

    @cached_property
    def speed(self) -> Array:
        """(...) m/s, a leg's length in that time: twice that of a hurried walk."""
        return self.leg / self.unit_s


def flat_feet(held: Array) -> Array:
    """(..., 2) whose heel and toe both stand, of (..., 2, 2)."""
    return held[..., HEEL] & held[..., TOE]


def standing_feet(held: Array) -> Array:
    """(..., 2) whose heel or toe stands, of (..., 2, 2)."""
    return held[..., HEEL] | held[..., TOE]
