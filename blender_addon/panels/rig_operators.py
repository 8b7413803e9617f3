# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons of the Rig panel do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from livemocap.rotation import Array
from retarget.errors import RetargetError
from retarget.rigs.rig import RootMotion

from ..rigs.actors import Rule
from ..rigs.edits import (
    calibrated,
    found_anew,
    given_to,
    new_note,
    rooted,
    swapped,
)
from ..rigs.note import RigNote, note_text, read_note, write_note
from ..stream import live
from .chosen_rig import EDIT, RigOperator, chosen_rig, done, measured_now, selected_rig

ROOTS = (
    ("HIPS", "Hips", "The bone of the hips carries the character across the floor"),
    ("ROOT_BONE", "Root Bone", "The bone above the hips does, as games want it"),
    ("OBJECT", "Object", "The armature object does"),
    ("IN_PLACE", "In Place", "Nothing does: the character stays where it is"),
)
RULES = (
    ("NEAREST", "Nearest", "A lost person's next id is the new one nearest to where they were"),
    ("THIS_ID", "This Id", "Wait for the very same id"),
    ("LEFT_TO_RIGHT", "Left to Right", "Take the next free person, characters by name"),
)


class LIVEMOCAP_OT_rig_assign(bpy.types.Operator):
    """Let a person move the selected armature"""

    bl_idname = "livemocap.rig_assign"
    bl_label = "Assign"
    bl_options = EDIT

    person: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Person", description="Id in the stream. Empty: whoever is nearest"
    )
    share: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Share", description="The person goes on to move the characters that they move already"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Select the armature of your character first")
        return selected_rig(context) is not None

    def execute(self, context: bpy.types.Context) -> set[Any]:
        rig_object = selected_rig(context)
        person = self.person.strip()
        if rig_object is None or not (person.isdecimal() or person == ""):
            self.report({"ERROR"}, f"'{person}' is no person's id")
            return {"CANCELLED"}
        try:
            note = read_note(rig_object) or measured_now(rig_object, new_note(rig_object))
        except RetargetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        track_id = int(person) if person else None
        write_note(rig_object, given_to(rig_object, note, track_id, shares=self.share))
        live.look_again()
        if "pelvis" not in note.joint_map.matches:
            self.report({"WARNING"}, f"{rig_object.name}: no bone was found for the hips")
        return {"FINISHED"}


class LIVEMOCAP_OT_rig_remove(RigOperator, bpy.types.Operator):
    """Forget all that is known of this character; it stays as it is posed"""

    bl_idname = "livemocap.rig_remove"
    bl_label = "Remove"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        rig_object = chosen_rig(context)
        if rig_object is None:
            return {"CANCELLED"}
        write_note(rig_object, None)
        live.look_again()
        return {"FINISHED"}


class LIVEMOCAP_OT_rig_detect(RigOperator, bpy.types.Operator):
    """Find anew which bone follows which joint"""

    bl_idname = "livemocap.rig_detect"
    bl_label = "Detect Bones"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        def edit(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
            return measured_now(rig_object, found_anew(rig_object, note))

        return done(self.change(context, edit))


class LIVEMOCAP_OT_rig_calibrate(RigOperator, bpy.types.Operator):
    """Say how the character stands when the actor does"""

    bl_idname = "livemocap.rig_calibrate"
    bl_label = "Calibrate"

    source: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="From",
        items=(
            ("REST", "Rest Pose", "Limbs are aimed like the actor's by the character's rest pose"),
            ("POSE", "This Pose", "The character is posed now as the actor is in a T-pose"),
            ("ACTOR", "This Pose, as the Actor Stands", "It is posed now as its person stands now"),
        ),
    )

    def execute(self, context: bpy.types.Context) -> set[Any]:
        rig_object = chosen_rig(context)
        local = _actors_pose(rig_object)
        if self.source == "ACTOR" and local is None:
            self.report({"ERROR"}, "Nobody in the stream moves this character now")
            return {"CANCELLED"}

        def edit(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
            if self.source == "REST":
                return measured_now(rig_object, replace(note, calibration={}))
            stands = local if self.source == "ACTOR" else None
            return measured_now(rig_object, calibrated(rig_object, note, stands))

        note = self.change(context, edit)
        if note is not None:
            self.report({"INFO"}, residual_words(note))
        return done(note)


class LIVEMOCAP_OT_rig_root(RigOperator, bpy.types.Operator):
    """What carries the character across the floor"""

    bl_idname = "livemocap.rig_root"
    bl_label = "Root Motion"

    root: bpy.props.EnumProperty(items=ROOTS)  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: bpy.types.Context) -> set[Any]:
        root = RootMotion[self.root]
        return done(self.change(context, lambda thing, note: rooted(thing, note, root)))


class LIVEMOCAP_OT_rig_rule(RigOperator, bpy.types.Operator):
    """What to do when the tracker has lost its person"""

    bl_idname = "livemocap.rig_rule"
    bl_label = "When Lost"

    rule: bpy.props.EnumProperty(items=RULES)  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: bpy.types.Context) -> set[Any]:
        rule = Rule[self.rule]
        now = _person_now(chosen_rig(context))

        def edit(_: object, note: RigNote) -> RigNote:
            given = note.track_id if now is None else now
            return replace(note, rule=rule, track_id=given)

        return done(self.change(context, edit))


class LIVEMOCAP_OT_rig_live(RigOperator, bpy.types.Operator):
    """Let the character follow its person, or leave it as it is"""

    bl_idname = "livemocap.rig_live"
    bl_label = "Live"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        return done(self.change(context, lambda _, note: replace(note, live=not note.live)))


class LIVEMOCAP_OT_rig_drop(RigOperator, bpy.types.Operator):
    """Take its person from the character; what is known of its bones is kept"""

    bl_idname = "livemocap.rig_drop"
    bl_label = "Drop"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        nobody = {"rule": Rule.NOBODY, "track_id": None}
        return done(self.change(context, lambda _, note: replace(note, **nobody)))


class LIVEMOCAP_OT_rig_swap(bpy.types.Operator):
    """Let the two selected characters change their people"""

    bl_idname = "livemocap.rig_swap"
    bl_label = "Swap People"
    bl_options = EDIT

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Select the two characters whose people change places")
        return len(_selected_rigs(context)) == 2

    def execute(self, context: bpy.types.Context) -> set[Any]:
        one, other = _selected_rigs(context)
        try:
            first, second = read_note(one), read_note(other)
        except RetargetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if first is None or second is None:
            return {"CANCELLED"}
        people = _person_now(one), _person_now(other)
        for rig_object, note in zip((one, other), swapped(first, second, people), strict=True):
            write_note(rig_object, note)
        live.look_again()
        return {"FINISHED"}


def title_of(items: tuple[tuple[str, str, str], ...], identifier: str, otherwise: str) -> str:
    """What people call one of an enumeration's items."""
    return next((title for each, title, _ in items if each == identifier), otherwise)


def residual_words(note: RigNote) -> str:
    """How far limbs point from the actor's once calibrated, in one line."""
    if not note.residual_deg:
        return "It cannot be moved: no bone carries the hips"
    limbs = [f"{limb.replace('_', ' ')} {deg:.1f}" for limb, deg in note.residual_deg.items()]
    return f"Degrees off: {', '.join(limbs)}"


def _selected_rigs(context: bpy.types.Context) -> list[bpy.types.Object]:
    return [
        each
        for each in context.selected_objects
        if each.type == "ARMATURE" and note_text(each) is not None
    ]


def _person_now(rig_object: bpy.types.Object | None) -> int | None:
    connection = live.current()
    return connection.targets.person_of(rig_object) if connection and rig_object else None


def _actors_pose(rig_object: bpy.types.Object | None) -> Array | None:
    """(55, 4) joint rotations of its person now."""
    connection = live.current()
    return connection.targets.pose_of(rig_object) if connection and rig_object else None


CLASSES = (
    LIVEMOCAP_OT_rig_assign,
    LIVEMOCAP_OT_rig_remove,
    LIVEMOCAP_OT_rig_detect,
    LIVEMOCAP_OT_rig_calibrate,
    LIVEMOCAP_OT_rig_root,
    LIVEMOCAP_OT_rig_rule,
    LIVEMOCAP_OT_rig_live,
    LIVEMOCAP_OT_rig_drop,
    LIVEMOCAP_OT_rig_swap,
)
