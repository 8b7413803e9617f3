"""Retargeting backwards: how the bones of another skeleton move, said by our 55 joints.

A bone's turn from its rest is ours once the difference of the two rest poses is taken out: with C
the turn of its limb at rest into our T-pose, ours is (bone's turn) C^T. Our joints at rest come
from the bones' lengths, so that each joint goes where its bone went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, continuous, quat_from_matrix, shortest_arc
from livemocap.skeleton import SMPLX, joint_positions, local_rotations

_JOINTS = len(SMPLX.names)
_TRUNK = set(SMPLX.indices("spine1", "spine2", "spine3", "neck", "head"))


@dataclass(frozen=True, kw_only=True)
class PosedBones:
    """How B bones of a person stand through time, in our world (+Y up, m)."""

    parents: tuple[int, ...]
    heads: Array
    """(B, 3) at rest, upright."""
    turns: Array
    """(T, B, 3, 3) from that rest, in world axes."""
    places: Array
    """(T, B, 3)."""


@dataclass(frozen=True, kw_only=True)
class JointMotion:
    """The same by our joints."""

    local_wxyz: Array
    """(T, 55, 4)"""
    pelvis: Array
    """(T, 3)"""
    rest_joints: Array
    """(55, 3)"""
    worst_m: float
    """How far a joint ever is from its bone: more than nothing where a limb has more bones."""


def joints_of_bones(
    bones: PosedBones, rows: Mapping[int, int], calibration: Array, body: Array
) -> JointMotion:
    """
    Args:
        rows: the bone of each joint that has one; joint 0 must.
        calibration: (55, 3, 3) C; only those of `rows` count.
        body: (55, 3) m, a body that lends what the skeleton does not have.
    """
    rest = _rest_joints(bones.heads, rows, calibration, body)
    world = _world_rotations(bones.turns, rows, calibration)
    _aim_across_extra_bones(world, bones, rows, rest)
    pelvis = bones.places[:, rows[0]]
    mapped = np.array(list(rows))
    reached = joint_positions(world, rest, pelvis, SMPLX)[:, mapped]
    distance = np.linalg.norm(reached - bones.places[:, [rows[j] for j in mapped]], axis=-1)
    return JointMotion(
        local_wxyz=continuous(quat_from_matrix(local_rotations(world, SMPLX))),
        pelvis=pelvis,
        rest_joints=rest,
        worst_m=float(distance.max()),
    )


def _world_rotations(turns: Array, rows: Mapping[int, int], calibration: Array) -> Array:
    """(T, 55, 3, 3); joints without a bone do not bend."""
    world = np.empty((len(turns), _JOINTS, 3, 3))
    for joint, parent in enumerate(SMPLX.parents):
        if joint in rows:
            world[:, joint] = turns[:, rows[joint]] @ calibration[joint].T
        else:
            world[:, joint] = world[:, parent]
    return world


def _rest_joints(heads: Array, rows: Mapping[int, int], calibration: Array, body: Array) -> Array:
    """(55, 3) m, our T-pose with the bones' lengths."""
    scale = _size(heads, rows) / _size(body, {joint: joint for joint in rows})
    rest = scale * body
    for joint in range(1, _JOINTS):
        above = _mapped_above(joint, rows)
        if joint in rows:
            step = calibration[above] @ (heads[rows[joint]] - heads[rows[above]])
            rest[joint] = rest[above] + step
            _spread(rest, body, above, joint)
        else:
            parent = SMPLX.parents[joint]
            rest[joint] = rest[parent] + scale * (body[joint] - body[parent])
    return rest


def _spread(rest: Array, body: Array, above: int, joint: int) -> None:
    """Put joints without a bone, on the way from `above` to `joint`, onto the line between."""
    whole = np.linalg.norm(body[joint] - body[above])
    missing = SMPLX.parents[joint]
    while missing != above:
        if missing not in _TRUNK or joint in _TRUNK:
            share = min(np.linalg.norm(body[missing] - body[above]) / whole, 1.0)
            rest[missing] = rest[above] + share * (rest[joint] - rest[above])
        missing = SMPLX.parents[missing]


def _mapped_above(joint: int, rows: Mapping[int, int]) -> int:
    joint = SMPLX.parents[joint]
    while joint not in rows:
        joint = SMPLX.parents[joint]
    return joint


def _size(heads: Array, rows: Mapping[int, int]) -> float:
    """The bones of trunk and legs together."""
    steps = [
        heads[rows[joint]] - heads[rows[_mapped_above(joint, rows)]]
        for joint in rows
        if 0 < joint < SMPLX.index("left_foot")
    ]
    return float(np.linalg.norm(steps, axis=-1).sum()) if steps else 1.0


def _aim_across_extra_bones(
    world: Array, bones: PosedBones, rows: Mapping[int, int], rest: Array
) -> None:
    """Turn joints so that the next one lies where it does, with bones of no joint between."""
    for joint, child in _links_across(bones.parents, rows):
        now = world[:, joint] @ (rest[child] - rest[joint])
        wanted = bones.places[:, rows[child]] - bones.places[:, rows[joint]]
        world[:, joint] = shortest_arc(now, wanted) @ world[:, joint]


def _links_across(parents: tuple[int, ...], rows: Mapping[int, int]) -> list[tuple[int, int]]:
    """(joint, its only next joint) where other bones lie between the two bones."""
    links = []
    for joint in rows:
        below = [j for j in rows if j > 0 and _mapped_above(j, rows) == joint]
        if len(below) == 1 and parents[rows[below[0]]] != rows[joint]:
            links.append((joint, below[0]))
    return links
