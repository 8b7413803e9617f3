# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Takes."""

from __future__ import annotations

from typing import Any

import bpy

from ..takes import baking
from ..takes.folder import TakeLine, takes_in
from .bake_operators import LIVEMOCAP_OT_bake_cancel, LIVEMOCAP_OT_bake_take
from .properties import FolderError, chosen_takes_folder
from .sidebar import SidebarPanel
from .status import StatusLine, sentence_lines
from .take_operators import LIVEMOCAP_OT_take_delete, LIVEMOCAP_OT_take_reveal


class LIVEMOCAP_PT_takes(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_takes"
    bl_label = "Takes"

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        running = baking.current()
        if running is None:
            layout.operator(LIVEMOCAP_OT_bake_take.bl_idname, icon="ACTION", text="Bake Take...")
        else:
            row = layout.row(align=True)
            row.progress(factor=running.progress, text=f"{running.progress:.0%}")
            row.operator(LIVEMOCAP_OT_bake_cancel.bl_idname, icon="X", text="")
        column = layout.column(align=True)
        for line in _lines():
            column.label(text=line.text, icon=line.icon)
        for take in _takes():
            _draw_take(layout.column(align=True), take)


def _takes() -> list[TakeLine]:
    try:
        return takes_in(chosen_takes_folder())
    except FolderError:
        return []


def _draw_take(column: Any, take: TakeLine) -> None:
    row = column.row(align=True)
    row.label(text=take.path.name.removesuffix(".mcap"), icon="FILE_MOVIE")
    bake = row.row(align=True)
    bake.enabled = take.whole
    for place, kind, icon in (
        (bake, LIVEMOCAP_OT_bake_take, "ACTION"),
        (row, LIVEMOCAP_OT_take_reveal, "FILE_FOLDER"),
        (row, LIVEMOCAP_OT_take_delete, "TRASH"),
    ):
        place.operator(kind.bl_idname, icon=icon, text="").filepath = str(take.path)
    column.label(text=take.about, icon="BLANK1" if take.whole else "ERROR")


def _lines() -> list[StatusLine]:
    running = baking.current()
    if running is not None and running.waits_for_object_mode:
        return sentence_lines("New armatures wait for Object Mode", "INFO")
    if running is not None:
        return sentence_lines(f"Baking {running.take}", "ACTION")
    sentence, failed = baking.note()
    return sentence_lines(sentence, "ERROR" if failed else "CHECKMARK") if sentence else []


CLASSES = (LIVEMOCAP_PT_takes,)
