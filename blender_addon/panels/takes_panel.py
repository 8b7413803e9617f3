# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Takes."""

from __future__ import annotations

from typing import Any

import bpy

from ..takes import baking
from ..takes.muting import actions_of, is_muted
from .bake_operators import LIVEMOCAP_OT_bake_cancel, LIVEMOCAP_OT_bake_take
from .sidebar import SidebarPanel
from .status import StatusLine, draw_lines, sentence_lines
from .take_list import LIVEMOCAP_UL_takes, active_take, keep_up, takes
from .take_operators import (
    LIVEMOCAP_OT_take_delete,
    LIVEMOCAP_OT_take_mute,
    LIVEMOCAP_OT_take_rename,
    LIVEMOCAP_OT_take_reveal,
)

_ROWS = 4


class LIVEMOCAP_PT_takes(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_takes"
    bl_label = "Takes"

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        keep_up()
        row = layout.row()
        row.template_list(
            LIVEMOCAP_UL_takes.bl_idname, "", takes(), "rows", takes(), "active", rows=_ROWS
        )
        chosen = active_take()
        side = row.column(align=True)
        side.enabled = chosen is not None
        path = "" if chosen is None else chosen.path
        for kind, icon in (
            (LIVEMOCAP_OT_take_rename, "GREASEPENCIL"),
            (LIVEMOCAP_OT_take_reveal, "FILE_FOLDER"),
            (LIVEMOCAP_OT_take_delete, "TRASH"),
        ):
            side.operator(kind.bl_idname, icon=icon, text="").filepath = path
        draw_lines(layout, _about(chosen))
        _draw_baking(layout, chosen)
        draw_lines(layout, _lines())


def _draw_baking(layout: Any, chosen: Any) -> None:
    running = baking.current()
    row = layout.row(align=True)
    if running is not None:
        row.progress(factor=running.progress, text=f"{running.progress:.0%}")
        row.operator(LIVEMOCAP_OT_bake_cancel.bl_idname, icon="X", text="")
        return
    bake = row.row(align=True)
    bake.enabled = chosen is None or chosen.whole
    again = chosen is not None and bool(actions_of(chosen.name))
    title = "Bake Take..." if chosen is None else "Bake Again..." if again else "Bake to Rig..."
    bake.operator(LIVEMOCAP_OT_bake_take.bl_idname, icon="ACTION", text=title).filepath = (
        "" if chosen is None else chosen.path
    )
    if chosen is not None and again:
        muted = is_muted(chosen.name)
        row.operator(
            LIVEMOCAP_OT_take_mute.bl_idname,
            icon="MUTE_IPO_ON" if muted else "MUTE_IPO_OFF",
            text="",
            depress=muted,
        ).filepath = chosen.path


def _about(chosen: Any) -> list[StatusLine]:
    if chosen is None:
        return sentence_lines("No takes in this folder yet", "INFO")
    lines = sentence_lines(chosen.about, "INFO" if chosen.whole else "ERROR")
    if chosen.before_s > 0:
        lines.append(StatusLine(f"Record was pressed at {chosen.before_s:.1f} s", "BLANK1"))
    return lines


def _lines() -> list[StatusLine]:
    running = baking.current()
    if running is not None and running.waits_for_object_mode:
        return sentence_lines("New armatures wait for Object Mode", "INFO")
    if running is not None:
        return sentence_lines(f"Baking {running.take}", "ACTION")
    sentence, failed = baking.note()
    return sentence_lines(sentence, "ERROR" if failed else "CHECKMARK") if sentence else []


CLASSES = (LIVEMOCAP_PT_takes,)
