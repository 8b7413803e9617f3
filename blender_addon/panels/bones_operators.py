# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons of the Bones panel do: which bone follows which joint."""

from __future__ import annotations

from typing import Any

import bpy

from ..rigs.bone_edits import mirrored, with_bones, with_guesses
from ..rigs.note import RigNote
from .chosen_rig import RigOperator, chosen_rig, done, measured_now
from .joint_list import active_joint, joint_words
from .rig_settings import chosen_note

_SIDES = (
    ("left", "Left to Right", "Give the right side the bones that mirror the left one's"),
    ("right", "Right to Left", "Give the left side the bones that mirror the right one's"),
)


class LIVEMOCAP_OT_bone_pick(RigOperator, bpy.types.Operator):
    """Let the chosen joint move the active bone"""

    bl_idname = "livemocap.bone_pick"
    bl_label = "Pick Active Bone"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        cls.poll_message_set("Click a bone of the character in Pose Mode first")
        return _active_bone(context) is not None

    def execute(self, context: bpy.types.Context) -> set[Any]:
        joint, bone = active_joint(context), _active_bone(context)

        def edit(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
            return measured_now(rig_object, with_bones(rig_object, note, {joint: bone}))

        note = self.change(context, edit)
        if note is not None:
            self.report({"INFO"}, f"{joint_words(joint)} moves {bone}")
        return done(note)


class LIVEMOCAP_OT_bone_clear(RigOperator, bpy.types.Operator):
    """Let the chosen joint move no bone"""

    bl_idname = "livemocap.bone_clear"
    bl_label = "Clear Bone"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        joint = active_joint(context)

        def edit(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
            return measured_now(rig_object, with_bones(rig_object, note, {joint: None}))

        return done(self.change(context, edit))


class LIVEMOCAP_OT_bone_accept(RigOperator, bpy.types.Operator):
    """Use the bone that is not sure"""

    bl_idname = "livemocap.bone_accept"
    bl_label = "Accept"

    every: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="All", description="Of all joints, and not only of the chosen one"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        cls.poll_message_set("No bone of this character is unsure")
        chosen = chosen_note(context)
        return chosen is not None and bool(chosen[1].joint_map.unsure)

    def execute(self, context: bpy.types.Context) -> set[Any]:
        joint = active_joint(context)

        def edit(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
            joints = list(note.joint_map.unsure) if self.every else [joint]
            return measured_now(rig_object, with_guesses(rig_object, note, joints))

        return done(self.change(context, edit))


class LIVEMOCAP_OT_bones_mirror(RigOperator, bpy.types.Operator):
    """Find the bones of one side by those of the other: by their names, or else by their place"""

    bl_idname = "livemocap.bones_mirror"
    bl_label = "Mirror"

    side: bpy.props.EnumProperty(name="Side", items=_SIDES)  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: bpy.types.Context) -> set[Any]:
        changed: list[str] = []

        def edit(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
            note, joints = mirrored(rig_object, note, self.side)
            changed.extend(joints)
            return measured_now(rig_object, note)

        note = self.change(context, edit)
        if note is not None:
            self.report({"INFO"}, f"{len(changed)} joints have another bone now")
        return done(note)


def _active_bone(context: bpy.types.Context) -> str | None:
    """The name of the chosen character's active bone."""
    rig_object: Any = chosen_rig(context)
    bone = None if rig_object is None else rig_object.data.bones.active
    return None if bone is None else bone.name


CLASSES = (
    LIVEMOCAP_OT_bone_pick,
    LIVEMOCAP_OT_bone_clear,
    LIVEMOCAP_OT_bone_accept,
    LIVEMOCAP_OT_bones_mirror,
)
