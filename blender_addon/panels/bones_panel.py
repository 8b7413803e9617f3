# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Rig > Bones: which bone follows which joint."""

from __future__ import annotations

from typing import Any

import bpy

from .bones_operators import (
    LIVEMOCAP_OT_bone_accept,
    LIVEMOCAP_OT_bone_clear,
    LIVEMOCAP_OT_bone_pick,
    LIVEMOCAP_OT_bones_mirror,
)
from .joint_list import (
    UNSURE,
    active_joint,
    fill_rows,
    joint_rows,
    joint_state,
    joint_words,
)
from .preset_operators import (
    LIVEMOCAP_MT_rig_presets,
    LIVEMOCAP_OT_preset_export,
    LIVEMOCAP_OT_preset_load,
    LIVEMOCAP_OT_preset_save,
)
from .rig_settings import chosen_note, rig_settings
from .sidebar import SidebarPanel
from .status import draw_lines, sentence_lines


class LIVEMOCAP_UL_joints(bpy.types.UIList):
    """A joint, its bone, and how sure that is"""

    bl_idname = "LIVEMOCAP_UL_joints"

    def draw_item(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        context: bpy.types.Context,
        layout: Any,
        data: Any,
        item: Any,
        icon: int,
        active_data: Any,
        active_property: str | None,
        *_: object,
    ) -> None:
        chosen = chosen_note(context)
        split = layout.split(factor=0.5)
        split.label(text=joint_words(item.name))
        if chosen is not None:
            state = joint_state(*chosen, item.name)
            split.label(text=state.bone, icon=state.icon)

    def filter_items(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, context: bpy.types.Context, data: Any, property: str
    ) -> tuple[list[int], list[int]]:
        """By the joint's words, its name, or its bone's."""
        wanted, chosen = self.filter_name.lower(), chosen_note(context)
        joints = [row.name for row in getattr(data, property)]
        found = []
        for joint in joints:
            bone = joint_state(*chosen, joint).bone if chosen else ""
            texts = (joint_words(joint), joint, bone.lower())
            found.append(self.bitflag_filter_item * any(wanted in text for text in texts))
        return found, []


class LIVEMOCAP_PT_bones(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_bones"
    bl_label = "Bones"
    bl_order = 0
    bl_parent_id = "LIVEMOCAP_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return chosen_note(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        rows = joint_rows(context)
        if not rows.joints and not bpy.app.timers.is_registered(fill_rows):
            bpy.app.timers.register(fill_rows)  # nothing may be written while drawing
        layout.template_list(
            LIVEMOCAP_UL_joints.bl_idname, "", rows, "joints", rows, "active", rows=8
        )
        _draw_joint(layout, context)
        layout.operator_menu_enum(
            LIVEMOCAP_OT_bones_mirror.bl_idname, "side", text="Mirror", icon="MOD_MIRROR"
        )
        _draw_presets(layout)


def _draw_joint(layout: Any, context: bpy.types.Context) -> None:
    """The chosen joint: search for its bone, pick it, clear it, accept it."""
    chosen = chosen_note(context)
    if chosen is None:
        return
    joint = active_joint(context)
    state = joint_state(*chosen, joint)
    column = layout.column(align=True)
    draw_lines(column, sentence_lines(f"{joint_words(joint)}: {state.words}", state.icon))
    row = column.row(align=True)
    row.prop_search(rig_settings(context), "bone", chosen[0].data, "bones", text="")
    row.operator(LIVEMOCAP_OT_bone_pick.bl_idname, text="", icon="EYEDROPPER")
    row.operator(LIVEMOCAP_OT_bone_clear.bl_idname, text="", icon="REMOVE")
    if chosen[1].joint_map.unsure:
        row = column.row(align=True)
        one = row.row(align=True)
        one.enabled = state.icon == UNSURE
        one.operator(LIVEMOCAP_OT_bone_accept.bl_idname, icon="CHECKMARK").every = False
        row.operator(LIVEMOCAP_OT_bone_accept.bl_idname, text="Accept All").every = True


def _draw_presets(layout: Any) -> None:
    row = layout.row(align=True)
    row.menu(LIVEMOCAP_MT_rig_presets.bl_idname, text="Presets")
    row.operator(LIVEMOCAP_OT_preset_save.bl_idname, text="", icon="ADD")
    row.operator(LIVEMOCAP_OT_preset_load.bl_idname, text="", icon="IMPORT").name = ""
    row.operator(LIVEMOCAP_OT_preset_export.bl_idname, text="", icon="EXPORT")


CLASSES = (LIVEMOCAP_UL_joints, LIVEMOCAP_PT_bones)
