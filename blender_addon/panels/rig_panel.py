# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Rig: the selected character, and who moves it."""

from __future__ import annotations

import time
from typing import Any

import bpy

from livemocap.skeleton import SMPLX
from retarget.errors import RetargetError

from ..armatures.armature import pose_bones
from ..rigs.actors import Rule
from ..rigs.control_rig import settable_bones, switches
from ..rigs.edits import follows_as_noted
from ..rigs.note import RigNote, note_text, read_note
from ..rigs.user_presets import bones_named, preset_title
from ..rigs.weight import is_too_heavy
from ..stream import live
from .chosen_rig import chosen_rig
from .rig_operators import (
    RULES,
    LIVEMOCAP_OT_rig_assign,
    LIVEMOCAP_OT_rig_calibrate,
    LIVEMOCAP_OT_rig_detect,
    LIVEMOCAP_OT_rig_drop,
    LIVEMOCAP_OT_rig_live,
    LIVEMOCAP_OT_rig_remove,
    LIVEMOCAP_OT_rig_rule,
    LIVEMOCAP_OT_rig_swap,
    residual_words,
    title_of,
)
from .sidebar import SidebarPanel
from .status import StatusLine, draw_lines, sentence_lines

_NAMED = 4
"""Joints without a bone that are named; the others are in the list."""


_STALE_S = 2.0

_seen: tuple[tuple[int, int], float, list[str]] | None = None


class LIVEMOCAP_PT_rig(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_rig"
    bl_label = "Rig"

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        connection, rig_object = live.current(), chosen_rig(context)
        for trouble in connection.targets.troubles if connection else []:
            draw_lines(layout, sentence_lines(trouble, "ERROR"))
        if rig_object is None:
            draw_lines(layout, sentence_lines("Select the armature of your character", "INFO"))
            return
        layout.label(text=rig_object.name, icon="ARMATURE_DATA")
        if note_text(rig_object) is None:
            layout.operator(LIVEMOCAP_OT_rig_assign.bl_idname, text="Use with the Nearest Person")
            draw_lines(layout, sentence_lines("or choose one under People", "BLANK1"))
            return
        try:
            note = read_note(rig_object)
        except RetargetError as error:
            draw_lines(layout, sentence_lines(str(error), "ERROR"))
            layout.operator(LIVEMOCAP_OT_rig_remove.bl_idname, icon="X")
            return
        if note is not None:
            _draw_person(layout, rig_object, note)
            draw_lines(layout, _switch_lines(rig_object))
            draw_lines(layout, _control_lines(rig_object, note))
            _draw_bones(layout, note)


def _draw_person(layout: Any, rig_object: bpy.types.Object, note: RigNote) -> None:
    text = _person_words(rig_object, note)
    draw_lines(layout, sentence_lines(text, "USER" if note.live else "PAUSE"))
    row = layout.row(align=True)
    row.operator(
        LIVEMOCAP_OT_rig_live.bl_idname, text="Live", depress=note.live, icon="RADIOBUT_ON"
    )
    row.operator(LIVEMOCAP_OT_rig_drop.bl_idname)
    row.operator(LIVEMOCAP_OT_rig_remove.bl_idname)
    layout.operator(LIVEMOCAP_OT_rig_swap.bl_idname, icon="UV_SYNC_SELECT")
    column = layout.column(align=True)
    rule = title_of(RULES, note.rule.name, "Nobody")
    column.operator_menu_enum(
        LIVEMOCAP_OT_rig_rule.bl_idname, "rule", text=f"When lost: {rule.lower()}"
    )


def _draw_bones(layout: Any, note: RigNote) -> None:
    draw_lines(layout, sentence_lines(_naming_words(note), "BONE_DATA"))
    if unsure := len(note.joint_map.unsure):
        draw_lines(layout, sentence_lines(f"{unsure} unsure and not used: see Bones", "QUESTION"))
    if missing := note.joint_map.missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        text = f"Missing: {', '.join(missing[:_NAMED])}{more}"
        draw_lines(layout, sentence_lines(text, "BLANK1"))
    layout.operator(LIVEMOCAP_OT_rig_detect.bl_idname, icon="VIEWZOOM")
    layout.operator_menu_enum(
        LIVEMOCAP_OT_rig_calibrate.bl_idname, "source", text="Calibrate from", icon="POSE_HLT"
    )
    by_hand = ", by hand" if note.calibration else ""
    if not note.residual_deg:
        draw_lines(layout, sentence_lines(residual_words(note), "ERROR"))
        return
    column = layout.column(align=True)
    column.label(text=f"Degrees off the person{by_hand}")
    for limb, left, right in _residual_rows(note):
        row = column.row()
        for text in (limb, left, right):
            row.label(text=text)


def _naming_words(note: RigNote) -> str:
    """Which naming it is, and how much of it was found."""
    joints = note.joint_map
    found = len(joints.matches)
    if joints.preset is None:
        return f"Found by names and shape, {found} of {len(SMPLX.names)} joints"
    title, named = preset_title(joints.preset), bones_named(joints.preset)
    return f"{title}, {found} of {max(named or found + len(joints.unsure), found)}"


def _residual_rows(note: RigNote) -> list[tuple[str, str, str]]:
    """Limb, degrees left, degrees right."""
    limbs = dict.fromkeys(limb.partition("_")[2] for limb in note.residual_deg)
    return [
        (limb.title(), _degrees(note, f"left_{limb}"), _degrees(note, f"right_{limb}"))
        for limb in limbs
    ]


def _degrees(note: RigNote, limb: str) -> str:
    found = note.residual_deg.get(limb)
    return "" if found is None else f"{limb[0].upper()} {found:.1f}"


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
        for (bone, name), value in switches(rig_object, _settable(rig_object)).items()
        if bones[bone][name] != value
    ]
    return sentence_lines(f"To move these limbs set {', '.join(wrong)}", "ERROR") if wrong else []


def _settable(rig_object: bpy.types.Object) -> list[str]:
    """Its `settable_bones`: a rig has hundreds of bones, and this is asked at every redraw."""
    global _seen
    who, now_s = (rig_object.session_uid, len(pose_bones(rig_object))), time.monotonic()
    if _seen is None or _seen[0] != who or now_s - _seen[1] > _STALE_S:
        _seen = who, now_s, settable_bones(rig_object)
    return _seen[2]


def _control_lines(rig_object: bpy.types.Object, note: RigNote) -> list[StatusLine]:
    """What else there is to say of a rig of controls."""
    lines: list[StatusLine] = []
    if not note.live and is_too_heavy(rig_object):
        lines += sentence_lines(
            "Heavy beside the others: live the stand-in shows the person, and takes are baked to "
            "this rig. Live moves it all the same",
            "INFO",
        )
    if not follows_as_noted(rig_object, note, _settable(rig_object)):
        lines += sentence_lines("Its controls follow others than before: detect anew", "ERROR")
    return lines


CLASSES = (LIVEMOCAP_PT_rig,)
