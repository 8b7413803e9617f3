"""The parts of a body that lifted joints steer, and where both skeletons have them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemocap.lifter import H36M17
from livemocap.rotation import Array, matrix_from_quat, normalize
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..people import Ints, People
from .swings import crossed

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bone:
    """From one joint of SMPL-X to the next; the first one's rotation turns it."""

    limb: str
    """One of config.LIMBS."""
    joint: str
    end: str


BONES = tuple(
    Bone(f"{side}_{limb}", f"{side}_{joint}", f"{side}_{end}")
    for side in ("left", "right")
    for limb, joint, end in (
        ("arm", "shoulder", "elbow"),
        ("arm", "elbow", "wrist"),
        ("leg", "hip", "knee"),
        ("leg", "knee", "ankle"),
    )
)
PARTS = (*(bone.limb for bone in BONES), "torso", "torso")
"""What is steered: each bone by its direction, then the lower and the upper torso."""

JOINTS: Ints = np.array([SMPLX.index(bone.joint) for bone in BONES])
ENDS: Ints = np.array([SMPLX.index(bone.end) for bone in BONES])
"""(B,) of SMPL-X."""
FROM: Ints = np.array([H36M17.index(bone.joint) for bone in BONES])
TO: Ints = np.array([H36M17.index(bone.end) for bone in BONES])
"""(B,) of H36M17."""
LOWER: Ints = np.array(SMPLX.indices("pelvis", "spine1"))
UPPER: Ints = np.array(SMPLX.indices("spine2", "spine3", "neck", "left_collar", "right_collar"))
"""Turned together; the head looks where the engine saw it look."""
TORSO: Ints = np.concatenate([LOWER, UPPER])
CORNERS: Ints = np.array(SMPLX.indices("left_hip", "right_hip", "left_shoulder", "right_shoulder"))
"""Of the torso, as they stand in LIFTED_CORNERS."""
LIFTED_CORNERS: Ints = np.array(
    H36M17.indices("left_hip", "right_hip", "left_shoulder", "right_shoulder")
)

LEAST_M = 0.05
"""A lifted bone that is shorter points nowhere."""

_PARENTS = np.array(SMPLX.parents[1:BODY_JOINTS])
_TO_CORNERS = SMPLX.chains[CORNERS, : BODY_JOINTS - 1]


def steered_as_seen(people: People) -> tuple[Array, Array]:
    """As People.pose_wxyz has them, in the camera's axes: directions of bones (P, B, 3), and axes
    of lower and upper torso (P, 2, 3, 3)."""
    rest = people.rest_joints[:, :BODY_JOINTS].astype(float)
    R = matrix_from_quat(people.pose_wxyz.take(_PARENTS, 1))
    bones = (R @ (rest[:, 1:] - rest.take(_PARENTS, 1))[..., None])[..., 0]
    return normalize(bones.take(ENDS - 1, 1)), torso_axes(_TO_CORNERS @ bones)


def steered_as_lifted(joints: Array) -> tuple[Array, Array, Bools]:
    """The same of lifted joints (P, 17, 3) m, and (P, N) which parts are known.

    What is not known is somewhere all the same.
    """
    bones = joints.take(TO, 1) - joints.take(FROM, 1)
    length = np.sqrt((bones * bones).sum(-1))
    corners = joints.take(LIFTED_CORNERS, 1)
    there = np.isfinite(length) & (length >= LEAST_M)
    finite = np.isfinite(corners.sum((1, 2)))
    corners = np.where(finite[:, None, None], corners, _SOMEWHERE)
    whole = (finite & _spans(corners))[:, None]
    bones = np.where(there[..., None], bones, (0.0, 1.0, 0.0))
    corners = np.where(whole[..., None], corners, _SOMEWHERE)
    return normalize(bones), torso_axes(corners), np.concatenate([there, whole, whole], 1)


def _spans(corners: Array) -> Bools:
    """(P,) whether hips and shoulders (P, 4, 3) m are apart, and lie across the torso."""
    left = corners[:, ::2] - corners[:, 1::2]
    up = (corners[:, 2:].sum(1) - corners[:, :2].sum(1))[:, None] / 2
    long = np.sqrt((up * up).sum(-1, keepdims=True))
    across = crossed(left, up / np.maximum(long, 1e-12))
    across = np.sqrt((across * across).sum(-1)).min(1)
    return (long[:, 0, 0] >= LEAST_M) & (across >= LEAST_M)


_SOMEWHERE = np.array([[0.1, 0, 0], [-0.1, 0, 0], [0.2, -0.5, 0], [-0.2, -0.5, 0]])


def torso_axes(corners: Array) -> Array:
    """(P, 4, 3) hips and shoulders to rotations (P, 2, 3, 3), of the lower and the upper torso.

    Columns point to the left of the body, up and ahead. Up is from hips to shoulders for both; left
    is along the hips for the one, along the shoulders for the other.
    """
    left = corners[:, ::2] - corners[:, 1::2]
    up = normalize(corners[:, 2:].sum(1) - corners[:, :2].sum(1))[:, None]
    left = normalize(left - (left * up).sum(-1, keepdims=True) * up)
    return np.stack([left, up + np.zeros_like(left), crossed(left, up)], -1)


def bypassed(limbs: tuple[str, ...]) -> Bools:
    """(N,) parts that are let be."""
    return np.array([part in limbs for part in PARTS])
