# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Rig: the selected character, and who moves it."""

from __future__ import annotations

from typing import Any

import bpy

from retarget.errors import RetargetError

from ..armatures.armature import pose_bones
from ..rigs.actors import Rule
from ..rigs.control_rig import switches
from ..rigs.note import RigNote, note_text, read_note
from ..rigs.shape import used_joints
from ..stream import live
from .rig_operators import (
    ROOTS,
    RULES,
    LIVEMOCAP_OT_rig_assign,
    LIVEMOCAP_OT_rig_calibrate,
    LIVEMOCAP_OT_rig_detect,
    LIVEMOCAP_OT_rig_drop,
    LIVEMOCAP_OT_rig_live,
    LIVEMOCAP_OT_rig_remove,
    LIVEMOCAP_OT_rig_root,
    LIVEMOCAP_OT_rig_rule,
    LIVEMOCAP_OT_rig_swap,
    chosen_rig,
    residual_words,
)
from .sidebar import SidebarPanel
from .status import StatusLine, sentence_lines


class LIVEMOCAP_PT_rig(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_rig"
    bl_label = "Rig"

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        connection, rig_object = live.current(), chosen_rig(context)
        for trouble in connection.targets.troubles if connection else []:
            _lines(layout, sentence_lines(trouble, "ERROR"))
        if rig_object is None:
            _lines(layout, sentence_lines("Select the armature of your character", "INFO"))
            return
        layout.label(text=rig_object.name, icon="ARMATURE_DATA")
        if note_text(rig_object) is None:
            layout.operator(LIVEMOCAP_OT_rig_assign.bl_idname, text="Use with the Nearest Person")
            _lines(layout, sentence_lines("or choose one under People", "BLANK1"))
            return
        try:
            note = read_note(rig_object)
        except RetargetError as error:
            _lines(layout, sentence_lines(str(error), "ERROR"))
            layout.operator(LIVEMOCAP_OT_rig_remove.bl_idname, icon="X")
            return
        if note is not None:
            _draw_person(layout, rig_object, note)
            _lines(layout, _switch_lines(rig_object))
            _draw_bones(layout, note)


def _draw_person(layout: Any, rig_object: bpy.types.Object, note: RigNote) -> None:
    text = _person_words(rig_object, note)
    _lines(layout, sentence_lines(text, "USER" if note.live else "PAUSE"))
    row = layout.row(align=True)
    row.operator(
        LIVEMOCAP_OT_rig_live.bl_idname, text="Live", depress=note.live, icon="RADIOBUT_ON"
    )
    row.operator(LIVEMOCAP_OT_rig_drop.bl_idname)
    row.operator(LIVEMOCAP_OT_rig_remove.bl_idname)
    layout.operator(LIVEMOCAP_OT_rig_swap.bl_idname, icon="UV_SYNC_SELECT")
    column = layout.column(align=True)
    rule = _title(RULES, note.rule.name, "Nobody")
    column.operator_menu_enum(
        LIVEMOCAP_OT_rig_rule.bl_idname, "rule", text=f"When lost: {rule.lower()}"
    )
    root = _title(ROOTS, note.root.name, "")
    column.operator_menu_enum(
        LIVEMOCAP_OT_rig_root.bl_idname, "root", text=f"Root motion: {root.lower()}"
    )


def _draw_bones(layout: Any, note: RigNote) -> None:
    joints = note.joint_map
    naming = f"Naming: {joints.preset}" if joints.preset else "Found by names and shape"
    _lines(layout, [StatusLine(naming, "BONE_DATA")])
    _lines(layout, sentence_lines(used_joints(joints), "BLANK1"))
    for joint, match in joints.unsure.items():
        guess = f"Unsure: {joint}, perhaps {match.bone} ({match.certainty:.0%})"
        _lines(layout, sentence_lines(guess, "QUESTION"))
    if joints.missing:
        _lines(layout, sentence_lines(f"Missing: {', '.join(joints.missing)}", "BLANK1"))
    layout.operator(LIVEMOCAP_OT_rig_detect.bl_idname, icon="VIEWZOOM")
    layout.operator_menu_enum(
        LIVEMOCAP_OT_rig_calibrate.bl_idname, "source", text="Calibrate from", icon="POSE_HLT"
    )
    by_hand = "Calibrated by hand. " if note.calibration else ""
    _lines(layout, sentence_lines(by_hand + residual_words(note), "BLANK1"))


def _person_words(rig_object: bpy.types.Object, note: RigNote) -> str:
    connection = live.current()
    if note.rule is Rule.NOBODY:
        return "Nobody: choose a person under People"
    if connection is None:
        given = "the nearest person" if note.track_id is None else f"person {note.track_id}"
        return f"Follows {given} once connected"
    person = connection.targets.person_of(rig_object)
    if person is None:
        return "Waits for its person"
    return f"Moved by person {person}" if note.live else f"Paused, person {person} is kept"


def _switch_lines(rig_object: bpy.types.Object) -> list[StatusLine]:
    """Which limbs of a control rig are switched to follow something else; theirs to switch."""
    bones = pose_bones(rig_object)
    wrong = [
        f"{name} of {bone} to {value:g}"
        for (bone, name), value in switches(rig_object).items()
        if bones[bone][name] != value
    ]
    return sentence_lines(f"To move these limbs set {', '.join(wrong)}", "ERROR") if wrong else []


def _title(items: tuple[tuple[str, str, str], ...], identifier: str, otherwise: str) -> str:
    return next((title for each, title, _ in items if each == identifier), otherwise)


def _lines(layout: Any, lines: list[StatusLine]) -> None:
    column = layout.column(align=True)
    for line in lines:
        column.label(text=line.text, icon=line.icon)


CLASSES = (LIVEMOCAP_PT_rig,)
