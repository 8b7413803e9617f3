"""Lifted points to the rotations of our skeleton.

A pose of 17 points does not say how bones are twisted, where toes point and what hands do, and
its bones are longer or shorter than ours. So only directions count: the trunk follows hips,
spine, thorax and shoulders, the head its two points, limbs swing to where they point and twist
with the plane in which they bend. Collars, feet, hands and face stay at rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from livemocap.h36m_points import h36m_at_rest
from livemocap.lifter import H36M17
from livemocap.rotation import (
    Array,
    matrix_from_rotvec,
    normalize,
    rotvec_from_matrix,
    shortest_arc,
)
from livemocap.skeleton import SMPLX, Skeleton, global_rotations, local_rotations

from .hinges import KNEE, LEFT_ELBOW, RIGHT_ELBOW, Hinge, limb_rotations

SPINE_SHARES = {"spine1": 1 / 3, "spine2": 1 / 3, "spine3": 1 / 3}
"""How the turn from pelvis to chest is shared out."""

NECK_SHARE = 0.5
"""How much of the turn from chest to head is the neck's."""

_LIMBS = (
    ("pelvis", "left_hip", "left_knee", "left_ankle", KNEE),
    ("pelvis", "right_hip", "right_knee", "right_ankle", KNEE),
    ("spine3", "left_shoulder", "left_elbow", "left_wrist", LEFT_ELBOW),
    ("spine3", "right_shoulder", "right_elbow", "right_wrist", RIGHT_ELBOW),
)


def rotations_from_positions(
    joints: ArrayLike, rest_joints: ArrayLike, at_rest: ArrayLike | None = None
) -> Array:
    """The rotations with which our skeleton points where lifted joints do.

    A pose alone decides, none before it: a clip or a stream give the same. Small changes of the
    joints change rotations little, also of straight limbs.

    Args:
        joints: (..., 17, 3) H36M17, m or any length, in axes that are right-handed: the camera's
            or the world's. NaN and poses without extent (all of them one point) are unknown.
        rest_joints: (..., 55, 3) m, each person's own, or (55, 3) for all.
        at_rest: (..., 17, 3) m where the lifter has its points on somebody at rest, facing +Z with
            +Y up; see `rest_points`. As Human3.6M has them if not given.

    Returns:
        (..., 55, 3, 3) parent-relative, joint 0 relative to the axes of `joints`; all NaN for an
        unknown pose.
    """
    seen, rest = np.asarray(joints, float), np.asarray(rest_joints, float)
    points = h36m_at_rest(rest) if at_rest is None else np.asarray(at_rest, float)
    share = _width(rest, SMPLX) / _width(points, H36M17)
    points = np.broadcast_to(points, (*share.shape, *points.shape[-2:]))
    seen, points = _with_our_hips(seen, share), _with_our_hips(points, share)
    with np.errstate(invalid="ignore"):
        world = _trunk(seen, points)
        for body, first, second, end, hinge in _LIMBS:
            _turn_limb(world, seen, points, (body, first, second, end), hinge)
        _carry(world)
        local = local_rotations(world, SMPLX)
    local[~_known(seen)] = np.nan
    return local


def _width(points: Array, skeleton: Skeleton) -> Array:
    """(...,) m from hip to hip."""
    left, right = skeleton.indices("left_hip", "right_hip")
    return np.sqrt(((points[..., left, :] - points[..., right, :]) ** 2).sum(-1))


def _with_our_hips(points: Array, share: Array) -> Array:
    """Hips as far out as ours are."""
    moved = points.copy()
    root = _at(points, "hip")[..., None, :]
    hips = H36M17.indices("left_hip", "right_hip")
    moved[..., hips, :] = root + share[..., None, None] * (points[..., hips, :] - root)
    return moved


def _known(points: Array) -> Array:
    """(...,) whether all joints are numbers and no bone that we follow is without length."""
    parents = points[..., list(H36M17.parents[1:]), :]
    lengths = np.sqrt(((points[..., 1:, :] - parents) ** 2).sum(-1))
    return (lengths > 1e-9).all(-1)


def _trunk(seen: Array, rest: Array) -> Array:
    """(..., 55, 3, 3) global rotations, of pelvis to head; all others stay to be filled in."""
    pelvis = _turn(seen, rest, "hip", "spine", "hip")
    chest = _turn(seen, rest, "spine", "thorax", "shoulder")
    head = _head(seen, rest, chest)
    local = np.broadcast_to(np.eye(3), (*seen.shape[:-2], len(SMPLX.names), 3, 3)).copy()
    local[..., 0, :, :] = pelvis
    bend = rotvec_from_matrix(np.swapaxes(pelvis, -1, -2) @ chest)
    for name, share in SPINE_SHARES.items():
        local[..., SMPLX.index(name), :, :] = matrix_from_rotvec(share * bend)
    nod = rotvec_from_matrix(np.swapaxes(chest, -1, -2) @ head)
    local[..., SMPLX.index("neck"), :, :] = matrix_from_rotvec(NECK_SHARE * nod)
    local[..., SMPLX.index("head"), :, :] = matrix_from_rotvec((1 - NECK_SHARE) * nod)
    return global_rotations(local, SMPLX)


def _at(points: Array, name: str) -> Array:
    return points[..., H36M17.index(name), :]


def _turn(seen: Array, rest: Array, low: str, high: str, sides: str) -> Array:
    """(..., 3, 3) global rotation of a part of the trunk."""
    return _frame(seen, low, high, sides) @ np.swapaxes(_frame(rest, low, high, sides), -1, -2)


def _frame(points: Array, low: str, high: str, sides: str) -> Array:
    """(..., 3, 3) axes left, up, forwards of a part of the trunk; both lines count alike."""
    left = normalize(_at(points, f"left_{sides}") - _at(points, f"right_{sides}"))
    up = normalize(_at(points, high) - _at(points, low))
    middle, across = normalize(left + up), normalize(left - up)
    left, up = (middle + across) / np.sqrt(2), (middle - across) / np.sqrt(2)
    return np.stack([left, up, np.cross(left, up)], -1)


def _head(seen: Array, rest: Array, chest: Array) -> Array:
    """(..., 3, 3) global rotation: nodding and leaning as seen, facing where the chest does.

    Where a face looks cannot be told: a chin aside of the neck is a head that leans just as well.
    """
    up = _at(seen, "head") - _at(seen, "neck")
    at_rest = _at(rest, "head") - _at(rest, "neck")
    return shortest_arc((chest @ at_rest[..., None])[..., 0], up) @ chest


def _turn_limb(
    world: Array, seen: Array, rest: Array, names: tuple[str, str, str, str], hinge: Hinge
) -> None:
    """Fill in both bones of a limb."""
    body, first, second, end = names
    bones = [_at(seen, second) - _at(seen, first), _at(seen, end) - _at(seen, second)]
    at_rest = (_at(rest, second) - _at(rest, first), _at(rest, end) - _at(rest, second))
    hangs_on = world[..., SMPLX.index(body), :, :]
    upper, lower = limb_rotations(hangs_on, bones[0], bones[1], at_rest, hinge)
    world[..., SMPLX.index(first), :, :] = upper
    world[..., SMPLX.index(second), :, :] = lower


_TURNED = {
    *SMPLX.indices("pelvis", *SPINE_SHARES, "neck", "head"),
    *(SMPLX.index(name) for _, first, second, _, _ in _LIMBS for name in (first, second)),
}


def _carry(world: Array) -> None:
    """All other joints go along with their parents."""
    for joint, parent in enumerate(SMPLX.parents):
        if joint not in _TURNED:
            world[..., joint, :, :] = world[..., parent, :, :]
