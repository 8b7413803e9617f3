"""Two-bone leg IK on top of a pose: bend the knee to the wanted reach, then aim the leg.

Nothing turns where the ankle is already in place, and the knee keeps the side it has in the pose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .legs import Legs
from .quaternions import product, quat_between
from .vectors import cross, dot, length, some, unit

LONGEST_REACH = 0.9995
"""Of thigh plus shin, beyond which a leg that is bent in the pose is never stretched."""
_STRAIGHT = 0.05
"""Sine of the knee's bend below which its own plane says little and the toes say where it bends."""
_BACKWARD_REACH = 0.01
"""Share of the leg by which an ankle must be moved before a knee that is bent against its toes is
trusted no longer."""


@dataclass(frozen=True, kw_only=True)
class LegTurns:
    """World rotations to turn thighs and shins by, from the left."""

    thigh: Array
    """(..., 2, 4) wxyz."""
    shin: Array
    reached: Array
    """(..., 2, 3) m where the ankles end up: short of the goal when it is too far away."""


def reach_legs(legs: Legs, hip: Array, goal: Array) -> LegTurns:
    """Bring both ankles to `goal` (..., 2, 3) m from hips that now are at `hip` (..., 2, 3) m."""
    thigh, shin = legs.thigh, legs.shin
    wanted = goal - hip
    far = length(wanted)
    hinge = _hinge(legs)
    along, aside = dot(hinge, shin), cross(hinge, shin)
    turn = _bend(legs, (dot(hinge, thigh) * along, dot(thigh, aside)), far, wanted)
    half = 0.5 * turn[..., None]
    c, s = np.cos(half), np.sin(half)
    # Rodrigues, by half the angle: R shin = shin + 2 c s (h x shin) + 2 s^2 (h x (h x shin))
    bent = thigh + shin + (2 * s) * (c * aside + s * (along[..., None] * hinge - shin))
    stretch = length(bent)
    aim = quat_between(bent, wanted, stretch * far)
    bend = np.concatenate([c, s * hinge], -1)
    reached = hip + wanted * (stretch / np.maximum(far, 1e-9))[..., None]
    return LegTurns(thigh=aim, shin=product(aim, bend), reached=reached)


def _hinge(legs: Legs) -> Array:
    """(..., 3) the knee's axis: positive turns of the shin take the ankle back."""
    upper, lower, _ = legs.lengths
    along = legs.thigh / upper[..., None] + legs.shin / lower[..., None]
    least = _STRAIGHT * upper * lower
    own = cross(legs.thigh, legs.shin)
    by_toes = cross(legs.toe - legs.ankle, along)
    unsure = (dot(own, by_toes) < 0) & (dot(own, own) < 4 * least * least)
    if some(unsure):
        own = np.where(unsure[..., None], 0, own)
    return unit(own + (least / np.maximum(length(by_toes), 1e-12))[..., None] * by_toes)


def _bend(legs: Legs, about: tuple[Array, Array], reach: Array, wanted: Array) -> Array:
    """(...) rad, by how much the shin must turn about the hinge for the ankle to be `reach` away.

    |thigh + R shin|^2 is a + b cos(turn) + c sin(turn), whatever the hinge; of its two solutions
    the one with the knee bent forward is taken.

    Args:
        about: (...) each, the product of both bones' parts along the hinge, and c.
        wanted: (..., 3) m from hip to ankle.
    """
    upper, lower, now = legs.lengths
    along, c = about
    b = dot(legs.thigh, legs.shin) - along
    both = upper + lower
    shortest = np.minimum(now, np.abs(upper - lower) + 0.02 * both)
    reach = np.minimum(np.maximum(reach, shortest), np.maximum(now, LONGEST_REACH * both))
    a = (reach * reach - upper * upper - lower * lower) / 2 - along
    flat = np.arctan2(c, b)  # the turn that stretches the leg
    share = a / np.maximum(np.hypot(b, c), 1e-9)
    turn = flat + np.arccos(np.minimum(np.maximum(share, -1), 1))
    backward = flat > 0
    if some(backward):  # in the pose: it stays so where there is nothing to do
        moved = length(wanted - legs.thigh - legs.shin) / (_BACKWARD_REACH * both)
        turn = np.where(backward, turn * np.minimum(moved, 1), turn)
    return turn
