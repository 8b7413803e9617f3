# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Record."""

from __future__ import annotations

from typing import Any

import bpy

from ..preferences import default_takes_folder
from ..takes import recording
from .properties import stream_settings
from .record_operators import LIVEMOCAP_OT_record_start, LIVEMOCAP_OT_record_stop
from .sidebar import SidebarPanel
from .status import StatusLine, recording_lines, sentence_lines


class LIVEMOCAP_PT_record(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_record"
    bl_label = "Record"

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        running = recording.is_running()
        fields = layout.column(align=True)
        fields.enabled = not running
        fields.prop(stream_settings(), "take_name", text="", placeholder="Date and time")
        fields.prop(stream_settings(), "takes_folder", text="", placeholder=default_takes_folder())
        button = layout.row()
        button.alert = running
        if running:
            button.operator(LIVEMOCAP_OT_record_stop.bl_idname, icon="SNAP_FACE")
        else:
            button.operator(LIVEMOCAP_OT_record_start.bl_idname, icon="REC")
        column = layout.column(align=True)
        for line in _lines():
            column.label(text=line.text, icon=line.icon)


def _lines() -> list[StatusLine]:
    if refusal := recording.refusal():
        return sentence_lines(refusal, "ERROR")
    last = recording.current()
    return recording_lines(last.status()) if last else []


CLASSES = (LIVEMOCAP_PT_record,)
