"""Legs brought to where their feet shall be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .leg_ik import reach_legs
from .legs import Legs
from .vectors import turned


@dataclass(frozen=True, kw_only=True)
class FeetPose:
    """Legs with their feet held; the leading shape is that of the legs that came in."""

    thigh: Array
    """(..., 2, 3, 3) world rotation; shin and foot as well."""
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


def pose_feet(legs: Legs, toe: Array, turn: Array, rise: Array, held: Array) -> FeetPose:
    """Bring toes to `toe` (..., 2, 3) m with feet turned by `turn` (..., 2, 3, 3).

    Args:
        rise: (...) m, the pelvis goes up.
    """
    pelvis = np.zeros((*rise.shape, 3))
    pelvis[..., 1] = rise
    goal = toe + turned(turn, legs.ankle - legs.toe)
    turns = reach_legs(legs, legs.hip + pelvis[..., None, :], goal)
    from_ankle = legs.points - legs.ankle[..., None, :]
    points = turns.reached[..., None, :] + from_ankle @ turn.swapaxes(-1, -2)
    return FeetPose(
        thigh=turns.thigh @ legs.thigh,
        shin=turns.shin @ legs.shin,
        foot=turn @ legs.foot,
        pelvis=pelvis,
        ankle=turns.reached,
        points=points,
        held=held,
    )
