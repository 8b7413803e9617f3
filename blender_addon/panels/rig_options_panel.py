# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Rig > Root & Feet, Smoothing, Hands, Face."""

from __future__ import annotations

from typing import Any

import bpy

from retarget.rigs.rig import RootMotion

from ..rigs.note import RigNote
from ..rigs.settings import ScaleBy
from .rig_operators import ROOTS, LIVEMOCAP_OT_rig_root, title_of
from .rig_settings import chosen_note, rig_settings
from .sidebar import SidebarPanel


class RigPart(SidebarPanel):
    """A part of the Rig panel, once a character is known."""

    bl_parent_id = "LIVEMOCAP_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return chosen_note(context) is not None


class LIVEMOCAP_PT_root(RigPart, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_root"
    bl_label = "Root & Feet"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        chosen, settings = chosen_note(context), rig_settings(context)
        if chosen is not None:
            _draw_root(layout, chosen[1], settings)
        column = layout.column(align=True)
        column.prop(settings, "foot_lock", slider=True)
        column.prop(settings, "floor_m")
        column.prop(settings, "flat_feet")


class LIVEMOCAP_PT_smoothing(RigPart, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_smoothing"
    bl_label = "Smoothing"
    bl_order = 2

    def draw_header(self, context: bpy.types.Context) -> None:
        header: Any = self.layout
        header.prop(rig_settings(context), "smooth", text="")

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        settings = rig_settings(context)
        column = layout.column(align=True)
        column.active = settings.smooth
        column.prop(settings, "cutoff_hz")
        column.prop(settings, "speed_coefficient")


class LIVEMOCAP_PT_hands(RigPart, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_hands"
    bl_label = "Hands"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        settings = rig_settings(context)
        layout.prop(settings, "fingers")
        row = layout.row()
        row.active = settings.fingers
        row.prop(settings, "finger_gain", slider=True)


def _draw_root(layout: Any, note: RigNote, settings: Any) -> None:
    root = title_of(ROOTS, note.root.name, "")
    layout.operator_menu_enum(
        LIVEMOCAP_OT_rig_root.bl_idname, "root", text=f"Root motion: {root.lower()}"
    )
    if note.root is RootMotion.ROOT_BONE:
        layout.prop(settings, "heading")
    column = layout.column(align=True)
    column.label(text="Scale of the way")
    column.row(align=True).prop(settings, "scale_by", expand=True)
    if note.settings.scale_by is ScaleBy.CUSTOM:
        column.prop(settings, "custom_scale")


CLASSES = (LIVEMOCAP_PT_root, LIVEMOCAP_PT_smoothing, LIVEMOCAP_PT_hands)
