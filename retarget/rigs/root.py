"""Where a rig's hips go: the actor's path, scaled by the length of the legs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import SMPLX

from .rig import Rig, RootMotion

_HIPS = SMPLX.indices("left_hip", "right_hip")
_LEGS = [SMPLX.indices(f"{s}_hip", f"{s}_knee", f"{s}_ankle") for s in ("left", "right")]
_ANKLES, _TOES = (SMPLX.indices(f"left_{j}", f"right_{j}") for j in ("ankle", "foot"))
_TRUNK = [SMPLX.indices("pelvis", "neck"), SMPLX.indices("pelvis", "head")]
SOLE_M = 0.025
"""How high the ball of an actor's foot is over the floor."""

_HIGHEST_TOES = 0.15
"""Toes, or ankles of rigs without, that are higher than this part of the legs' length do not stand
on 0, thick soles or not."""

_CARRIES = {
    # of a move across the floor: what the hips, the root bone and the object do of it
    RootMotion.IN_PLACE: (0, 0, 0),
    RootMotion.OBJECT: (0, 0, 1),
    RootMotion.ROOT_BONE: (0, 1, 0),
    RootMotion.HIPS: (1, 0, 0),
}


@dataclass(frozen=True)
class RootPlan:
    """How P rigs' hips follow their actors' pelvises: `scale pelvis + R arm + offset`."""

    scale: Array
    """(P, 3): heights always scale as the legs do."""
    arm: Array
    """(P, 3) m, turns with the actor's pelvis: the rig's hip joints move as the actor's, whatever
    their place is in its pelvis."""
    offset: Array
    """(P, 3) m; what comes out is how far the hips' bone is from its rest place."""
    axes: Array
    """(P, 9, 3) takes a world vector to the own axes of the hips' carrier, the root bone's, and
    the object's; what one of them leaves to another is left out."""


@dataclass(frozen=True)
class Moves:
    """Translations beyond the rest pose, m in the world's measure, each (..., 3)."""

    hips: Array
    """In the axes of the bone that carries the hips."""
    root: Array
    """In the axes of the root bone."""
    object: Array
    """In the world."""


def root_plan(rig: Rig, C: Array, rest_joints: Array, anchor: Array) -> RootPlan:
    """The plan of one rig and actor.

    Args:
        C: (55, 3, 3) calibrations.
        rest_joints: (55, 3) m.
        anchor: (3,) m, a place where the actor and the rig stand on the same spot.
    """
    legs = leg_scale(rig, rest_joints)
    across = legs if rig.options.scale is None else rig.options.scale
    scale = np.array([across, legs, across])
    still = (1 - scale) * [anchor[0], rig.options.floor_m, anchor[2]]
    still[1] += _lift(rig, C, rest_joints, legs)
    head = rig.skeleton.heads[rig.hips_row]
    arm = _arm(rig, C[0], rest_joints, legs)
    return RootPlan(scale[None], arm[None], (still - head)[None], _axes(rig)[None])


def hips_moves(plan: RootPlan, pelvis: Array, pelvis_wxyz: Array) -> Array:
    """(..., P, 3) m in the world, how far hips' bones are from rest with actors' pelvises at
    (..., P, 3) m and rotations (..., P, 4)."""
    turned = np.matmul(matrix_from_quat(pelvis_wxyz), plan.arm[..., None])[..., 0]
    return plan.scale * pelvis + plan.offset + turned


def place(plan: RootPlan, pelvis: Array, pelvis_wxyz: Array) -> Moves:
    """What carries the characters there."""
    moved = hips_moves(plan, pelvis, pelvis_wxyz)
    moves = np.matmul(plan.axes, moved[..., None])[..., 0]
    return Moves(hips=moves[..., :3], root=moves[..., 3:6], object=moves[..., 6:])


def join_plans(plans: Sequence[RootPlan]) -> RootPlan:
    """Several people's as one."""
    fields = RootPlan.__dataclass_fields__
    return RootPlan(*(np.concatenate([getattr(plan, name) for plan in plans]) for name in fields))


def leg_scale(rig: Rig, rest_joints: Array) -> float:
    """The rig's thighs and shins by the actor's; of trunks where a leg misses a joint."""
    for chains in (_LEGS, _TRUNK[:1], _TRUNK[1:]):
        known = [chain for chain in chains if all(joint in rig.rows for joint in chain)]
        rigs = sum(_length(_heads(rig, chain)) for chain in known)
        actors = sum(_length(rest_joints[chain]) for chain in known)
        if rigs > 0 and actors > 0:
            return float(rigs / actors)
    return 1.0


def _axes(rig: Rig) -> Array:
    """(9, 3)."""
    hips, root, obj = (np.diag([does, 0.0, does]) for does in _CARRIES[rig.options.root])
    hips = hips + np.diag([0.0, 1.0, 0.0])
    root_row = rig.carrier_row if rig.root_row is None else rig.root_row
    if root_row == rig.carrier_row:  # one bone for both
        hips, root = hips + root, np.zeros((3, 3))
    axes = rig.skeleton.axes
    return np.concatenate([axes[rig.carrier_row].T @ hips, axes[root_row].T @ root, obj])


def _arm(rig: Rig, C: Array, rest: Array, legs: float) -> Array:
    """(3,) from the rig's hips bone to the actor's pelvis, with the hip joints on each other."""
    if not all(joint in rig.rows for joint in _HIPS):
        return np.zeros(3)
    own = _heads(rig, _HIPS).mean(0) - rig.skeleton.heads[rig.hips_row]
    return legs * (rest[_HIPS].mean(0) - rest[0]) - C @ own


def _lift(rig: Rig, C: Array, rest: Array, legs: float) -> float:
    """How much higher the rig's ankles are than the scaled actor's when both stand."""
    if not all(joint in rig.rows for joint in _ANKLES):
        return 0.0
    low = _TOES if all(joint in rig.rows for joint in _TOES) else _ANKLES
    drops = C[_ANKLES] @ (_heads(rig, _ANKLES) - _heads(rig, low))[..., None]
    actor_low = float(rest[low, 1].mean() - rest[_TOES, 1].mean()) + SOLE_M
    own_low = _over_ground(rig, C[0], _heads(rig, low), legs, actor_low)
    actor_drop = float((rest[_ANKLES, 1] - rest[low, 1]).mean())
    return float(drops[:, 1].mean()) + own_low - legs * (actor_drop + actor_low)


def _over_ground(rig: Rig, C: Array, heads: Array, legs: float, actor: float) -> float:
    """Height of toes or ankles of the rig at rest, m; the actor's, scaled, where it does not stand
    on anything we know."""
    height = float(heads[:, 1].mean())
    if rig.options.ground_m is not None:
        return height - rig.options.ground_m
    known = [chain for chain in _LEGS if all(joint in rig.rows for joint in chain)]
    length = np.mean([_length(_heads(rig, chain)) for chain in known]) if known else 0.0
    stands = C[1, 1] > 0.99 and -0.01 * length <= height <= _HIGHEST_TOES * length
    return height if stands else legs * actor


def _heads(rig: Rig, joints: list[int]) -> Array:
    return rig.skeleton.heads[[rig.rows[joint] for joint in joints]]


def _length(points: Array) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=-1).sum())
