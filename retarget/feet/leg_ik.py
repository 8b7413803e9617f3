"""Two-bone leg IK on top of a pose: bend the knee to the wanted reach, then aim the leg.

Nothing turns where the ankle is already in place, and the knee keeps the side it has in the pose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_rotvec, normalize, shortest_arc

from .legs import Legs
from .vectors import cross, dot, length, turned

LONGEST_REACH = 0.9995
"""Of thigh plus shin, beyond which a leg that is bent in the pose is never stretched."""
_STRAIGHT = 0.05
"""Sine of the knee's bend below which its own plane says little and the toes say where it bends."""
_BACKWARD_REACH = 0.01
"""Share of the leg by which an ankle must be moved before a knee that is bent against its toes is
trusted no longer."""


@dataclass(frozen=True, kw_only=True)
class LegTurns:
    """World rotations to multiply thighs and shins with, from the left."""

    thigh: Array
    """(..., 2, 3, 3)."""
    shin: Array
    reached: Array
    """(..., 2, 3) m where the ankles end up: short of the goal when it is too far away."""


def reach_legs(legs: Legs, hip: Array, goal: Array) -> LegTurns:
    """Bring both ankles to `goal` (..., 2, 3) m from hips that now are at `hip` (..., 2, 3) m."""
    thigh, shin = legs.knee - legs.hip, legs.ankle - legs.knee
    wanted = goal - hip
    hinge = _hinge(thigh, shin, legs.toe - legs.ankle)
    moved = length(wanted - thigh - shin)
    bend = matrix_from_rotvec(hinge * _bend(thigh, shin, hinge, length(wanted), moved)[..., None])
    bent = thigh + turned(bend, shin)
    aim = shortest_arc(bent, wanted)
    return LegTurns(thigh=aim, shin=aim @ bend, reached=hip + turned(aim, bent))


def _hinge(thigh: Array, shin: Array, forward: Array) -> Array:
    """(..., 3) the knee's axis: positive turns of the shin take the ankle back."""
    u, v = normalize(thigh), normalize(shin)
    own = cross(u, v)
    by_toes = normalize(cross(forward, u + v))
    unsure = (dot(own, by_toes) < 0) & (length(own) < 2 * _STRAIGHT)
    return normalize(np.where(unsure[..., None], 0, own) + _STRAIGHT * by_toes)


def _bend(thigh: Array, shin: Array, hinge: Array, reach: Array, moved: Array) -> Array:
    """(...) rad, by how much the shin must turn about the hinge for the ankle to be `reach` away.

    |thigh + R shin|^2 is a + b cos(turn) + c sin(turn), whatever the hinge; of its two solutions
    the one with the knee bent forward is taken.
    """
    along = dot(hinge, thigh) * dot(hinge, shin)
    b = dot(thigh, shin) - along
    c = dot(thigh, cross(hinge, shin))
    upper, lower, now = length(thigh), length(shin), length(thigh + shin)
    both = upper + lower
    shortest = np.minimum(now, np.abs(upper - lower) + 0.02 * both)
    reach = np.clip(reach, shortest, np.maximum(now, LONGEST_REACH * both))
    a = (reach**2 - upper**2 - lower**2) / 2 - along
    flat = np.arctan2(c, b)  # the turn that stretches the leg
    turn = flat + np.arccos(np.clip(a / np.maximum(np.hypot(b, c), 1e-9), -1, 1))
    # A leg bent backward in the pose: it stays so where there is nothing to do.
    trust = np.where(flat > 0, np.clip(moved / (_BACKWARD_REACH * both), 0, 1), 1)
    return turn * trust
