"""The bones that lifted joints steer, and where both skeletons have them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.lifter import H36M17
from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import SMPLX

from ..people import Ints, People


@dataclass(frozen=True, slots=True)
class Bone:
    """From one joint of SMPL-X to the next; the first one's rotation turns it."""

    limb: str
    """As users name it."""
    joint: str
    end: str
    moved: tuple[str, ...] = ()
    """Joints of which nothing is lifted, whose rotations go along with the bone."""


BONES = tuple(
    Bone(f"{side}_{limb}", f"{side}_{joint}", f"{side}_{end}", tuple(f"{side}_{m}" for m in moved))
    for side in ("left", "right")
    for limb, joint, end, moved in (
        ("arm", "shoulder", "elbow", ()),
        ("arm", "elbow", "wrist", ()),
        ("leg", "hip", "knee", ()),
        ("leg", "knee", "ankle", ()),
    )
)
LIMBS = tuple(dict.fromkeys(bone.limb for bone in BONES))
"""What a user may let be."""

JOINTS: Ints = np.array([SMPLX.index(bone.joint) for bone in BONES])
ENDS: Ints = np.array([SMPLX.index(bone.end) for bone in BONES])
"""(B,) of SMPL-X."""
FROM: Ints = np.array([H36M17.index(bone.joint) for bone in BONES])
TO: Ints = np.array([H36M17.index(bone.end) for bone in BONES])
"""(B,) of H36M17."""

LEAST_M = 0.05
"""A lifted bone that is shorter points nowhere."""


def bone_directions(people: People) -> Array:
    """(P, B, 3) unit, in the camera's axes, as People.pose_wxyz has them."""
    rest = people.rest_joints.take(ENDS, 1) - people.rest_joints.take(JOINTS, 1)
    R = matrix_from_quat(people.pose_wxyz.take(JOINTS, 1))
    return unit((R @ rest[..., None].astype(float))[..., 0])


def lifted_directions(joints: Array) -> tuple[Array, Array]:
    """From (P, 17, 3) m of H36M17 to (P, B, 3) unit, and (P, B) whether they are known.

    What is not known points somewhere all the same.
    """
    bones = joints.take(TO, 1) - joints.take(FROM, 1)
    length = np.sqrt((bones * bones).sum(-1))
    known = np.isfinite(length) & (length >= LEAST_M)
    bones = np.where(known[..., None], bones, (0.0, 1.0, 0.0))
    return unit(bones), known


def unit(vector: Array) -> Array:
    """(..., 3) to length 1; a zero vector stays one."""
    length = np.sqrt((vector * vector).sum(-1, keepdims=True))
    return vector / np.maximum(length, 1e-12)


def bypassed(names: tuple[str, ...]) -> Array:
    """(B,) bones of the limbs that are let be."""
    return np.array([bone.limb in names for bone in BONES])
