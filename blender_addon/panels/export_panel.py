# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Export."""

from __future__ import annotations

from typing import Any

import bpy

from ..export import exporting
from ..export.job import MESHES_STOP
from .export_operators import LIVEMOCAP_OT_export, LIVEMOCAP_OT_export_cancel
from .export_settings import (
    chosen_armatures,
    chosen_format,
    export_settings,
    settings_words,
)
from .sidebar import SidebarPanel
from .status import StatusLine, draw_lines, sentence_lines


class LIVEMOCAP_PT_export(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_export"
    bl_label = "Export"

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        running = exporting.current()
        fields = layout.column()
        fields.enabled = running is None
        _draw_fields(fields)
        draw_lines(layout, sentence_lines(settings_words(context), "SETTINGS"))
        if running is None:
            count = len(chosen_armatures(context))
            files = f"Export {count} Files" if count > 1 else "Export"
            layout.operator(LIVEMOCAP_OT_export.bl_idname, icon="EXPORT", text=files)
        else:
            row = layout.row(align=True)
            row.progress(factor=running.progress, text=f"{running.progress:.0%}")
            row.operator(LIVEMOCAP_OT_export_cancel.bl_idname, icon="X", text="")
        draw_lines(layout, _lines())


def _draw_fields(column: Any) -> None:
    chosen = export_settings()
    column.prop(chosen, "preset")
    if chosen.preset == "CUSTOM":
        for name in ("kind", "units", *(("root",) if chosen.kind == "fbx" else ())):
            column.prop(chosen, name)
    for name in ("who", "range", "rate"):
        column.prop(chosen, name)
    if chosen.rate == "CUSTOM":
        column.prop(chosen, "custom_rate", text="fps")
    column.prop(chosen, "folder")
    is_fbx = chosen_format().kind == "fbx"
    if is_fbx:
        column.prop(chosen, "meshes")
        if chosen.meshes:
            draw_lines(column, sentence_lines(MESHES_STOP, "INFO"))
    if not (is_fbx and chosen.meshes):
        column.prop(chosen, "deform_only")
    column.prop(chosen, "replace")


def _lines() -> list[StatusLine]:
    running = exporting.current()
    if running is not None:
        return sentence_lines(f"Exporting {running.now}", "EXPORT")
    sentence, failed = exporting.note()
    icon = "ERROR" if failed else "CHECKMARK"
    return [line for each in sentence.splitlines() for line in sentence_lines(each, icon)]


CLASSES = (LIVEMOCAP_PT_export,)
