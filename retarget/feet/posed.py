"""Legs brought to where their feet shall be."""

from __future__ import annotations

from dataclasses import dataclass

from livemocap.rotation import Array

from .leg_ik import reach_legs
from .legs import TOE, Legs
from .quaternions import matrices


@dataclass(frozen=True, kw_only=True)
class FeetPose:
    """Legs with their feet held; the leading shape is that of the legs that came in."""

    thigh: Array
    """(..., 2, 4) wxyz, turns in the world, from the left; shin and foot as well."""
    shin: Array
    foot: Array
    pelvis: Array
    """(..., 3) m to move the pelvis by, and the whole body with it."""
    ankle: Array
    """(..., 2, 3) m."""
    points: Array
    """(..., 2, 2, 3) m, heel and toe of both feet."""
    held: Array
    """(..., 2, 2) bool, which of them are held."""


def turned_feet(legs: Legs, turn: Array) -> Array:
    """(..., 2, 2, 3) m from ankles to heels and toes, feet turned by `turn` (..., 2, 4) wxyz."""
    from_ankle = legs.points - legs.ankle[..., None, :]
    return from_ankle @ matrices(turn).swapaxes(-1, -2)


def pose_feet(
    legs: Legs,
    toe: Array,
    turn: Array,
    pelvis: Array,
    held: Array,
    from_ankle: Array | None = None,
) -> FeetPose:
    """Bring toes to `toe` (..., 2, 3) m with feet turned by `turn` (..., 2, 4) wxyz.

    Args:
        pelvis: (..., 3) m it is moved by.
        from_ankle: `turned_feet`, if they are known already.
    """
    from_ankle = turned_feet(legs, turn) if from_ankle is None else from_ankle
    turns = reach_legs(legs, legs.hip + pelvis[..., None, :], toe - from_ankle[..., TOE, :])
    return FeetPose(
        thigh=turns.thigh,
        shin=turns.shin,
        foot=turn,
        pelvis=pelvis,
        ankle=turns.reached,
        points=turns.reached[..., None, :] + from_ankle,
        held=held,
    )
