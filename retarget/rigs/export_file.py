"""A user's character file as what a take is exported onto, or a sentence why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from livemocap.coords import R_BLENDER_WORLD
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..bvh import read_bvh
from ..errors import RetargetError
from ..fbx.tree import read_tree
from .armature import Armature
from .armature_map import map_armature
from .bvh_rig import guess_metres_per_unit
from .choosing import choose_bones
from .game_skeleton import game_skeleton
from .inspection import choose
from .joint_map import JointMap
from .presets import Preset, fitted, load_preset
from .rig_file import read_armatures
from .skeleton import RigSkeleton

_LIMBS = ("shoulder", "elbow", "hip", "knee")


@dataclass(frozen=True)
class ChosenRig:
    """A character with its joints."""

    name: str
    """Of the armature."""
    skeleton: RigSkeleton
    joint_map: JointMap
    notes: tuple[str, ...] = ()
    """What the user should know of it, a line each."""


def rig_of_file(
    path: Path,
    armature: str | None = None,
    map_file: Path | None = None,
    known: Sequence[Preset] | None = None,
) -> ChosenRig:
    """The character of a file, mapped; of a rig of controls the bones that skin follows.

    Args:
        armature: one of several in the file; None: the one with the most joints.
        map_file: a preset's JSON; what it says of bones goes before what is found.
        known: namings to recognise; the built-in ones by default.

    Raises:
        RetargetError: as `read_armatures`, or the character cannot be moved: no bone follows the
            pelvis, or no limb is sure.
    """
    found = choose([(a, map_armature(a, known)) for a in read_armatures(path)], path, armature)
    chosen, joints = found.armature, found.joint_map
    if map_file is not None:
        joints = _with_map(chosen.skeleton, joints, load_preset(map_file), map_file)
    _require_movable(path, joints)
    skeleton = with_root_bone(path, chosen)
    game: list[str] = []
    if _controlled(skeleton, joints.bones):
        skeleton, joints, game = _deforming(path, skeleton)
    beside = [
        f"{path.name} also holds {name} ({count} joints): --armature {name!r}"
        for name, count in found.others
    ]
    notes = (*game, *_notes(path, joints), *_unit_note(path), *beside)
    return ChosenRig(chosen.name, skeleton, joints, notes)


def with_root_bone(path: Path, armature: Armature) -> RigSkeleton:
    """The skeleton with the bone that Blender made an object of: Unreal's `root`."""
    skeleton = armature.skeleton
    if armature.name in skeleton.rows or not _is_bone_in_file(path, armature.name):
        return skeleton
    placed = np.eye(4) if armature.placed is None else armature.placed
    head = placed[:3, 3] @ R_BLENDER_WORLD
    axes = placed[:3, :3] / np.linalg.norm(placed[:3, :3], axis=0)
    return skeleton.below_bone(armature.name, head, R_BLENDER_WORLD.T @ axes)


def _is_bone_in_file(path: Path, name: str) -> bool:
    if path.suffix.lower() != ".fbx":
        return False
    try:
        nodes = read_tree(path).nodes
    except RetargetError:  # Blender reads some that we do not
        return False
    objects = next((node for node in nodes if node.name == "Objects"), None)
    models = [] if objects is None else [model.values()[1:3] for model in objects.below("Model")]
    return any(str(title).split("\0")[0] == name and kind == "Root" for title, kind in models)


def _with_map(skeleton: RigSkeleton, joints: JointMap, wanted: Preset, map_file: Path) -> JointMap:
    rows = fitted(skeleton, wanted)
    bones: dict[str, str | None] = {}
    for joint, bone in wanted.bones.items():
        if bone is not None and joint not in rows:
            raise RetargetError(f"{map_file}: {joint}: {_no_bone(skeleton, bone)}")
        bones[joint] = None if bone is None else skeleton.names[rows[joint]]
    return replace(choose_bones(joints, bones), preset=wanted.name)


def _no_bone(skeleton: RigSkeleton, bone: str) -> str:
    close = get_close_matches(bone, skeleton.names, 1, 0.5)
    hint = f"did you mean {close[0]!r}?" if close else "`livemocap rigs inspect` lists bones"
    return f"this character has no bone {bone!r}; {hint}"


def _require_movable(path: Path, joints: JointMap) -> None:
    inspect = f"see `livemocap rigs inspect {path}`, and say with --map which bone is which"
    if "pelvis" not in joints.matches:
        raise RetargetError(
            f"{path}: no bone follows the pelvis: this rig cannot be moved yet; {inspect}"
        )
    if not any(f"{side}_{limb}" in joints.matches for side in ("left", "right") for limb in _LIMBS):
        raise RetargetError(f"{path}: no arm or leg was found that is sure enough; {inspect}")


def _deforming(path: Path, skeleton: RigSkeleton) -> tuple[RigSkeleton, JointMap, list[str]]:
    """What a file without constraints can hold of a rig of controls."""
    found = game_skeleton(skeleton)
    if found is None:
        raise RetargetError(
            f"{path}: this is a rig of controls, whose constraints no FBX or BVH file holds, and "
            "its deforming bones are no body: bake the take onto it in Blender (LiveMocap > Takes)"
        )
    bones, joints = found
    _require_movable(path, joints)
    note = (
        f"{path.name} is a rig of controls, whose constraints no FBX or BVH file holds: written "
        f"are its {len(bones.names)} deforming bones below {joints.bones['pelvis']!r}; "
        "to move the controls themselves, bake in Blender"
    )
    return bones, joints, [note]


def _controlled(skeleton: RigSkeleton, bones: Mapping[str, str]) -> bool:
    """Whether most bones of the body move no skin, while others do."""
    body = [bones[joint] for joint in SMPLX.names[1:BODY_JOINTS] if joint in bones]
    if not any(skeleton.deforms):
        return False
    moving = sum(skeleton.deforms[skeleton.rows[bone]] for bone in body)
    return moving < 0.5 * len(body)


def _unit_note(path: Path) -> list[str]:
    """BVH says no unit: programs take the motion to be in that of the character they have."""
    if path.suffix.lower() != ".bvh":
        return []
    metres = guess_metres_per_unit(read_bvh(path))
    return [f"{path.name} is in units of {metres:g} m; --units cm or m says what is written"]


def _notes(path: Path, joints: JointMap) -> list[str]:
    """What is not moved and might be missed."""
    notes = []
    if joints.unsure:
        guesses = ", ".join(f"{joint} ({match.bone})" for joint, match in joints.unsure.items())
        notes.append(f"{path.name}: not sure enough, so not moved: {guesses}; --map decides")
    body = [joint for joint in joints.missing if joint in SMPLX.names[:BODY_JOINTS]]
    if body:
        notes.append(f"{path.name} has no bones for {', '.join(body)}")
    return notes
