"""The skeleton that characters of a naming have in common, as long as somebody's bones are.

A naming's JSON says in `skeleton` what cannot be said for each joint alone: the rest pose, how
bones' axes lie, and bones that follow no joint or hang elsewhere than SMPL-X's joints do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

from ..errors import RetargetError
from ..person_bones import standing
from .joint_map import JointMap, Match
from .presets import Preset
from .root import SOLE_M
from .skeleton import RigSkeleton
from .standard_axes import Axes, bone_axes

_A_POSE = {"left_shoulder": (0.0, 0.0, -0.785), "right_shoulder": (0.0, 0.0, 0.785)}
"""Arms 45 degrees down, rotation vectors in rad."""


@dataclass(frozen=True)
class _Bone:
    name: str
    parent: str | None
    joint: str
    """That it follows; of others, the one whose way they lie along."""
    follows: bool
    place: Array
    """(3,) m."""


def standard_skeleton(preset: Preset, rest_joints: ArrayLike) -> tuple[RigSkeleton, JointMap]:
    """Bones and joints of a naming, for somebody of (55, 3) rest joints, m.

    The character stands on the floor over the origin and faces +Z.

    Raises:
        RetargetError: the naming is of controls, or says nothing of its skeleton, or something
            that makes no sense.
    """
    if preset.skeleton is None:
        raise RetargetError(
            f"'{preset.name}' ({preset.title}) is of controls, or nobody said how its bones "
            "hang: name the character's file, --rig FILE, or a naming of plain bones"
        )
    try:
        return _made(preset, preset.skeleton, rest_joints)
    except RetargetError:
        raise
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise RetargetError(
            f"preset '{preset.name}': its skeleton makes no sense ({error})"
        ) from None


def _made(preset: Preset, said: Mapping, rest_joints: ArrayLike) -> tuple[RigSkeleton, JointMap]:
    places = _places(rest_joints, str(said.get("rest", "T")))
    bones = _sorted(_bones(preset, said, places))
    rows = {bone.name: row for row, bone in enumerate(bones)}
    heads = np.array([bone.place for bone in bones])
    axes, along = bone_axes([bone.joint for bone in bones], places, Axes.of(said["axes"]))
    skeleton = RigSkeleton(
        names=tuple(rows),
        parents=tuple(-1 if bone.parent is None else rows[bone.parent] for bone in bones),
        heads=heads,
        axes=axes,
        tails=heads + along,
    )
    matches = {bone.joint: Match(bone.name, 1.0) for bone in bones if bone.follows}
    return skeleton, JointMap(
        matches={joint: matches[joint] for joint in SMPLX.names if joint in matches},
        missing=tuple(joint for joint in SMPLX.names if joint not in matches),
        preset=preset.name,
    )


def _places(rest_joints: ArrayLike, rest: str) -> Array:
    """(55, 3) m in the rest pose, the feet's joints as high as a person's are over the floor."""
    joints = standing(rest_joints) + np.array([0, SOLE_M, 0])
    if rest not in ("T", "A"):
        raise RetargetError(f"a rest pose is T or A, not {rest!r}")
    rotvecs = np.zeros((len(joints), 3))
    for joint, rotvec in (_A_POSE if rest == "A" else {}).items():
        rotvecs[SMPLX.index(joint)] = rotvec
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    return joint_positions(world, joints, joints[0], SMPLX)


def _bones(preset: Preset, said: Mapping, places: Array) -> list[_Bone]:
    """Those that follow joints, then the others."""
    prefix, listed = str(said.get("prefix", "")), list(_listed(said))
    parents = {name: parent for name, parent, _, _ in listed}
    named = {joint: bone for joint, bone in preset.bones.items() if bone}
    found = []
    for joint in filter(named.__contains__, SMPLX.names):
        bone = named[joint]
        parent = parents.get(bone, _carrier(joint, named))
        found.append(_Bone(bone, parent, joint, True, places[SMPLX.index(joint)]))
    joints = {bone: joint for joint, bone in named.items()}
    for name, parent, place, side in listed:
        if name in joints:
            continue
        if not place:
            raise RetargetError(f"preset '{preset.name}': nobody says where {name!r} is")
        joints[name] = joints.get(parent or "", "pelvis")
        found.append(_Bone(name, parent, joints[name], False, _place(places, place, side)))
    shown = {bone.name: _prefixed(prefix, bone.name) for bone in found}
    return [
        _Bone(shown[b.name], shown.get(b.parent or "", b.parent), b.joint, b.follows, b.place)
        for b in found
    ]


def _prefixed(prefix: str, name: str) -> str:
    """Bip01 itself is no Bip01 Bip01."""
    return name if name == prefix.strip() else prefix + name


def _listed(said: Mapping) -> Iterator[tuple[str, str | None, str, str]]:
    """(name, parent, place, side) of each bone that is listed; "§" stands for either side."""
    left, right = said.get("sides", ("", ""))
    for name, parent, *rest in said["bones"]:
        place = rest[0] if rest else ""
        if "§" not in name:
            yield name, parent, place, ""
            continue
        for mark, side in ((left, "left_"), (right, "right_")):
            above = parent.replace("§", mark) if parent else None
            yield name.replace("§", mark), above, place, side


def _carrier(joint: str, named: Mapping[str, str]) -> str | None:
    """The bone of the nearest joint above that has one."""
    at = SMPLX.parents[SMPLX.index(joint)]
    while at >= 0 and SMPLX.names[at] not in named:
        at = SMPLX.parents[at]
    return named[SMPLX.names[at]] if at >= 0 else None


def _place(places: Array, place: str, side: str) -> Array:
    """(3,) m of "floor", a joint, or a part of the way between two joints, as "hip>knee:0.5"."""
    if place == "floor":
        return np.zeros(3)
    way, _, part = place.partition(":")
    ends = [places[_joint(name, side)] for name in way.split(">")]
    return ends[0] if len(ends) == 1 else ends[0] + float(part) * (ends[1] - ends[0])


def _joint(name: str, side: str) -> int:
    return SMPLX.index(name if name in SMPLX.names else side + name)


def _sorted(bones: list[_Bone]) -> list[_Bone]:
    """Parents before their children."""
    found: list[_Bone] = []
    done: set[str | None] = {None}
    while len(found) < len(bones):
        ready = [bone for bone in bones if bone.parent in done and bone.name not in done]
        if not ready:
            lost = next(bone for bone in bones if bone.name not in done)
            raise RetargetError(f"{lost.name!r} hangs on {lost.parent!r}, which is nowhere")
        found += ready
        done |= {bone.name for bone in ready}
    return found
