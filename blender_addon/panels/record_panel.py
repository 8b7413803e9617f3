# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Record."""

from __future__ import annotations

import time
from typing import Any

import bpy

from livemocap.take_writer import TakeError, plain_stem

from ..preferences import default_takes_folder
from ..takes import recording
from ..takes.disk import disk_warning
from ..takes.folder import next_take, room_in
from ..takes.starting import countdown_left_s
from .properties import FolderError, chosen_takes_folder, stream_settings
from .record_operators import (
    LIVEMOCAP_OT_record_cancel,
    LIVEMOCAP_OT_record_start,
    LIVEMOCAP_OT_record_stop,
)
from .record_settings import record_settings
from .sidebar import SidebarPanel
from .status import StatusLine, draw_lines, recording_lines, sentence_lines


class LIVEMOCAP_PT_record(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_record"
    bl_label = "Record"

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        running, left_s = recording.is_running(), countdown_left_s(time.monotonic())
        fields = layout.column(align=True)
        fields.enabled = not running and left_s is None
        fields.prop(stream_settings(), "take_name", text="", placeholder="Date and time")
        fields.prop(stream_settings(), "takes_folder", text="", placeholder=default_takes_folder())
        row = fields.row(align=True)
        row.prop(record_settings(), "pre_roll_s")
        row.prop(record_settings(), "countdown_s")
        layout.prop(record_settings(), "follow_timeline")
        button = layout.row()
        button.alert = running or left_s is not None
        if running:
            button.operator(LIVEMOCAP_OT_record_stop.bl_idname, icon="SNAP_FACE")
        elif left_s is not None:
            button.operator(
                LIVEMOCAP_OT_record_cancel.bl_idname, icon="X", text=f"Cancel, {left_s:.0f} s left"
            )
        else:
            button.operator(LIVEMOCAP_OT_record_start.bl_idname, icon="REC")
        draw_lines(layout, _lines(left_s))


def _lines(left_s: float | None) -> list[StatusLine]:
    if left_s is not None:
        return sentence_lines(f"Recording begins in {left_s:.0f} s", "TIME")
    if refusal := recording.refusal():
        return sentence_lines(refusal, "ERROR")
    last = recording.current()
    if last is None:
        return [*_next_lines(), *_disk_lines(0.0)]
    status = last.status()
    lines = recording_lines(status)
    if status.before_s > 0:
        before = f"{status.before_s:.1f} s of them before the press"
        lines.insert(len(lines) - 1, StatusLine(before, "BLANK1"))
    per_s = status.size / max(status.elapsed_s + status.before_s, 1.0) if status.running else 0.0
    return [*lines, *([] if status.running else _next_lines()), *_disk_lines(per_s)]


def _next_lines() -> list[StatusLine]:
    """What the next take will be called."""
    try:
        stem = plain_stem(stream_settings().take_name)
        path = next_take(chosen_takes_folder(), stem)
    except (TakeError, FolderError, OSError):
        return []  # pressing Record says why
    return sentence_lines(f"Next: {path.name}", "FILE_NEW")


def _disk_lines(bytes_per_s: float) -> list[StatusLine]:
    try:
        warning = disk_warning(room_in(chosen_takes_folder()), bytes_per_s)
    except FolderError:
        return []
    return sentence_lines(warning, "ERROR") if warning else []


CLASSES = (LIVEMOCAP_PT_record,)
