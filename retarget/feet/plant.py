"""Where a standing foot is held, and the correction that takes it there.

A foot's correction is a small turn about its toe and a step of its toe, both in the world; a
foot with neither is where the pose has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .legs import FeetAtRest
from .quaternions import matrices, quat_of_turn
from .vectors import cross, dot, length, turned

NEAR_FLOOR = 0.12
"""Share of the leg: a standing point that is farther from its height on the floor stands on
something else, and is held where it is."""
STEEPEST = np.radians(30)
"""A foot that would have to turn more to lie flat is not meant to, and is let go gradually."""


@dataclass(frozen=True, kw_only=True)
class FootLimits:
    """How far a foot may be held from where the pose has it, in shares of the leg."""

    stray: float = 0.35
    """A foot that would be held farther from its pose slides."""
    pelvis: float = 0.2
    """The pelvis goes up or down with the feet by no more."""
    aside: float = 0.1
    """Nor further across the floor, so that legs need not lean for feet that are held."""
    lower: float = 0.12
    """Nor further down for feet out of reach."""
    strength: float = 1.0
    """0 leaves the pose alone, 1 holds a foot for good."""

    @property
    def pelvis_most(self) -> Array:
        """(3,) by axis."""
        return np.array([self.aside, self.pelvis, self.aside])


def floor_heights(
    points: Array, rest: FeetAtRest, floor_m: Array | float | None, off_m: Array | float = 0.0
) -> Array:
    """(..., 2, 2) m at which heels and toes would stand, for `points` (..., 2, 2, 3).

    Args:
        floor_m: (...); off_m: (...), how much higher than the floor the pose is as a whole.
    """
    own = points[..., 1]
    if floor_m is None:
        return own
    flat = np.asarray(floor_m)[..., None, None] + rest.heights
    off = np.abs(own - np.asarray(off_m)[..., None, None] - flat)
    return np.where(off < NEAR_FLOOR * rest.leg[..., None, None], flat, own)


def lying(sole: Array, heading: Array, rise: Array) -> Array:
    """(..., 2, 3) m from heel to toe, of feet that lie.

    Args:
        sole: (..., 2, 3) m, as posed.
        heading: (..., 2, 3) from heel to toe, horizontal and of length 1.
        rise: (..., 2) m, how much higher the toe stands than the heel.
    """
    square = dot(sole, sole)
    flat = heading * np.sqrt(np.maximum(square - rise * rise, 0.04 * square))[..., None]
    flat[..., 1] = rise
    return flat


def flat_turn(sole: Array, flat: Array) -> Array:
    """(..., 2, 3) rad, the turn that lays feet down, each from heel to toe (..., 2, 3) m."""
    axis = cross(sole, flat)
    sine = length(axis)
    angle = np.arctan2(sine, dot(sole, flat))
    share = np.minimum(np.maximum(3 - angle / (0.5 * STEEPEST), 0), 1)
    return axis * (share * angle / np.maximum(sine, 1e-12))[..., None]


def heel_lift(to_hip: Array, to_ankle: Array, reach: Array) -> Array:
    """(..., 3) rad, the turn about the toe that brings an ankle within `reach` of its hip.

    So people push off: a leg that gets too short lifts its heel before it pulls the pelvis down.

    Args:
        to_hip: (..., 3) m from the toe; `to_ankle` as well.
        reach: (...) m.
    """
    far2, foot2 = dot(to_hip, to_hip), dot(to_ankle, to_ankle)
    both = np.maximum(np.sqrt(far2 * foot2), 1e-9)
    axis = cross(to_ankle, to_hip)
    sine = length(axis)
    now = np.arctan2(sine, dot(to_ankle, to_hip))
    cosine = (far2 + foot2 - reach * reach) / (2 * both)
    lift = now - np.arccos(np.minimum(np.maximum(cosine, -1), 1))
    lift = np.minimum(np.maximum(lift, 0), STEEPEST)
    return axis * (lift / np.maximum(sine, 1e-12))[..., None]


def rotate_by(turn: Array, vector: Array) -> Array:
    """(..., 3) turned by (..., 3) rad."""
    return turned(matrices(quat_of_turn(turn)), vector)
