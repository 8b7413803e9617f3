"""Looks for what cannot be right in a map: bones out of order, sides crossed or mirrored."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from .facing import handedness, height, leftward
from .fingers import in_order
from .skeleton import RigSkeleton
from .tree import Found, ancestors

_MIRRORED = -0.5
"""`handedness` from which left is taken to be right."""

_PARENT = {
    name: SMPLX.names[parent] if parent >= 0 else ""
    for name, parent in zip(SMPLX.names, SMPLX.parents, strict=True)
}


def doubtful(skeleton: RigSkeleton, found: Found) -> set[str]:
    """The joints whose bones should not be used without asking."""
    return (
        _doubles(found)
        | _out_of_order(skeleton, found)
        | _crossed(skeleton, found)
        | _mixed_sides(skeleton, found)
        | _mixed_fingers(skeleton, found)
    )


def _doubles(found: Found) -> set[str]:
    """Two joints on one bone."""
    bones = [bone for bone, _ in found.values()]
    return {joint for joint, (bone, _) in found.items() if bones.count(bone) > 1}


def _out_of_order(skeleton: RigSkeleton, found: Found) -> set[str]:
    """A joint above the one that carries it."""
    doubts: set[str] = set()
    for joint, (bone, _) in found.items():
        upper = carrier(joint, found)
        if upper and bone in ancestors(skeleton, found[upper][0]):
            doubts |= {joint, upper}
    return doubts


def carrier(joint: str, found: Found) -> str:
    """The nearest joint up SMPL-X's tree that is found, or nothing."""
    joint = _PARENT[joint]
    while joint and joint not in found:
        joint = _PARENT[joint]
    return joint


def _crossed(skeleton: RigSkeleton, found: Found) -> set[str]:
    """A left joint's bone below a right joint's, or an arm's below a leg's."""
    owner = {bone: joint for joint, (bone, _) in found.items()}
    doubts: set[str] = set()
    for joint, (bone, _) in found.items():
        over = next((owner[a] for a in ancestors(skeleton, bone) if a in owner), "")
        if over and not _carries(over, joint):
            doubts |= {joint, over}
    return doubts


def _carries(upper: str, joint: str) -> bool:
    """Whether SMPL-X's `upper` stands above `joint`, or at least could in a rig."""
    if upper == "pelvis" or upper.startswith("spine"):
        return joint != "pelvis" and not (joint.startswith("spine") and joint < upper)
    if upper == "neck":
        return not joint.startswith(("pelvis", "spine"))
    while joint and joint != upper:
        joint = _PARENT[joint]
    return bool(joint)


def _mixed_sides(skeleton: RigSkeleton, found: Found) -> set[str]:
    """Everything sided if left is where right should be, else pairs that differ from the rest."""
    sided = {joint for joint in found if joint.startswith(("left_", "right_"))}
    if handedness(skeleton, found) < _MIRRORED:
        return sided
    left = leftward(skeleton, found)
    doubts = {joint for joint in sided if _on_wrong_side(skeleton, found, joint, left)}
    return doubts | {joint for joint in sided if _limb_root(joint, found) in doubts}


def _on_wrong_side(skeleton: RigSkeleton, found: Found, joint: str, left: Array) -> bool:
    """Of pairs. What hangs on its limb is judged with the limb: arms may be crossed at rest."""
    upper = carrier(joint, found)
    hangs = bool(upper) and found[upper][0] in ancestors(skeleton, found[joint][0])
    if hangs and upper.startswith(("left_", "right_")):
        return False
    part = joint.partition("_")[2]
    pair = found.get(f"left_{part}"), found.get(f"right_{part}")
    if not (pair[0] and pair[1]):
        return False
    across = (skeleton.heads[pair[0][0]] - skeleton.heads[pair[1][0]]) @ left
    return bool(across < -0.01 * height(skeleton))


def _limb_root(joint: str, found: Found) -> str:
    """The first joint of its limb that is found."""
    root = joint
    while (upper := carrier(root, found)).startswith(("left_", "right_")):
        root = upper
    return root


def _mixed_fingers(skeleton: RigSkeleton, found: Found) -> set[str]:
    """All of a hand whose fingers lie in another order than their names say."""
    doubts: set[str] = set()
    for side in ("left", "right"):
        if not in_order(skeleton, found, side):
            digits = [f"{side}_{digit}" for digit in ("thumb", "index", "middle", "ring", "pinky")]
            doubts |= {joint for joint in found if joint[:-1] in digits}
    return doubts


def agreement(one: Found, other: Found) -> tuple[int, int]:
    """Of the body's joints that both know: on how many they agree, and how many there are."""
    common = [joint for joint in SMPLX.names[:22] if joint in one and joint in other]
    return int(np.sum([one[j][0] == other[j][0] for j in common], dtype=int)), len(common)
