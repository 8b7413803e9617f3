# SPDX-License-Identifier: GPL-3.0-or-later
"""All that moving a character of the user's takes, worked out once and kept as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import bpy
import numpy as np

from retarget.errors import RetargetError
from retarget.rigs.rig import Rig, RigOptions
from retarget.rigs.skeleton import RigSkeleton

from ..armatures.armature import pose_bones
from .actors import Wish
from .channels import RigChannels, rotation_modes
from .face import FaceMesh, face_meshes
from .note import RigNote, from_text, skeleton_at_home


@dataclass(frozen=True)
class RigShape:
    """A character as it was when this was worked out."""

    text: str
    """Its note."""
    bones: bytes
    """`bones_seen` of it."""
    note: RigNote | None
    rig: Rig | None
    """None: it cannot be moved; the trouble says why."""
    channels: RigChannels | None
    trouble: str
    """In words; empty when all is well."""
    faces: tuple[FaceMesh, ...] = ()

    @cached_property
    def wish(self) -> Wish | None:
        """Whom it wants to follow; None: it could not."""
        if self.note is None or self.rig is None:
            return None
        return Wish(
            stands=self.rig.skeleton.heads[self.rig.hips_row],
            rule=self.note.rule,
            track_id=self.note.track_id,
            shares=self.note.shares,
        )


def shape_of(rig_object: bpy.types.Object, text: str) -> RigShape:
    """Never raises for what a user may have done to a rig."""
    bones = bones_seen(rig_object)
    try:
        note = from_text(text)
    except RetargetError as error:
        return RigShape(text, bones, None, None, None, _of(rig_object, str(error)))
    try:
        rig, lost = rig_of(rig_object, note)
    except RetargetError as error:
        return RigShape(text, bones, note, None, None, _of(rig_object, str(error)))
    channels = RigChannels.of(rig_object, rig, note)
    trouble = _of(rig_object, lost) if lost else ""
    return RigShape(text, bones, note, rig, channels, trouble, face_meshes(rig_object, note))


def rig_of(rig_object: bpy.types.Object, note: RigNote) -> tuple[Rig, str]:
    """The rig, and which of its bones are not there any more, in words.

    Raises:
        RetargetError: it cannot be moved at all.
    """
    skeleton = skeleton_at_home(rig_object, note)
    there = {j: m for j, m in note.joint_map.matches.items() if m.bone in skeleton.rows}
    gone = [m.bone for j, m in note.joint_map.matches.items() if j not in there]
    if gone and "pelvis" not in there:
        bone = note.joint_map.bones.get("pelvis")
        raise RetargetError(f"bone {bone!r} is gone or has another name, it carried the hips")
    rig = Rig.of(
        skeleton,
        replace(note.joint_map, matches=there),
        rig_options(note),
        parents=_movers(rig_object, note, skeleton),
        calibration={joint: C for joint, C in note.calibration.items() if joint in there},
    )
    return rig, _gone_words(gone)


def rig_options(note: RigNote) -> RigOptions:
    """What was chosen about a character, as retargeting has it."""
    chosen = note.settings
    return RigOptions(
        root=note.root,
        scale=chosen.scale,
        flat_feet=chosen.flat_feet,
        fingers=chosen.fingers,
        floor_m=chosen.floor_m,
    )


def bones_seen(rig_object: bpy.types.Object) -> bytes:
    """Equal while bones have the names, rest pose and settings that they have now."""
    bones: Any = rig_object.data.bones  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
    rest = np.empty(16 * len(bones), np.float32)
    bones.foreach_get("matrix_local", rest)
    flags = np.empty((3, len(bones)), bool)
    for row, name in enumerate(("use_inherit_rotation", "use_local_location", "use_connect")):
        bones.foreach_get(name, flags[row])
    names = "\0".join(pose_bones(rig_object).keys())
    modes = rotation_modes(rig_object)
    return b"".join([names.encode(), rest.tobytes(), flags.tobytes(), modes.tobytes()])


def still_fits(rig_object: bpy.types.Object, shape: RigShape, text: str) -> bool:
    """Whether a pose can be written; cheap enough for every tick. The rest is in `bones_seen`."""
    if text != shape.text:
        return False
    return shape.channels is None or len(pose_bones(rig_object)) == shape.channels.count


def _movers(
    rig_object: bpy.types.Object, note: RigNote, skeleton: RigSkeleton
) -> dict[str, str | None]:
    """What turns a bone where it is not its parent: probed, or nothing if it does not inherit."""
    bones: Any = rig_object.data.bones  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
    found: dict[str, str | None] = {
        bone.name: None for bone in bones if bone.parent and not bone.use_inherit_rotation
    }
    return found | {
        bone: parent
        for bone, parent in note.parents.items()
        if bone in skeleton.rows and (parent is None or parent in skeleton.rows)
    }


def _gone_words(gone: list[str]) -> str:
    if not gone:
        return ""
    names = ", ".join(map(repr, gone[:3])) + (f" and {len(gone) - 3} more" if gone[3:] else "")
    are = "are gone or have other names" if gone[1:] else "is gone or has another name"
    return f"bone{'s' * bool(gone[1:])} {names} {are}; the rest goes on. Detect finds bones anew"


def _of(rig_object: bpy.types.Object, sentence: str) -> str:
    return f"{rig_object.name}: {sentence}"
