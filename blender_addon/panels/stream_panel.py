# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Stream."""

from __future__ import annotations

from typing import Any

import bpy

from ..preferences import default_address
from ..stream import live
from .properties import stream_settings
from .sidebar import SidebarPanel
from .status import StatusLine, status_line, test_stream_line
from .stream_operators import (
    LIVEMOCAP_OT_connect,
    LIVEMOCAP_OT_disconnect,
    LIVEMOCAP_OT_test_stream,
)


class LIVEMOCAP_PT_stream(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_stream"
    bl_label = "Stream"

    def draw(self, context: bpy.types.Context) -> None:
        connection = live.current()
        layout: Any = self.layout
        row = layout.row()
        row.enabled = connection is None
        row.prop(stream_settings(), "address", text="", placeholder=default_address())
        if connection is None:
            layout.operator(LIVEMOCAP_OT_connect.bl_idname, icon="LINKED")
            layout.operator(LIVEMOCAP_OT_test_stream.bl_idname, icon="PLAY")
            layout.label(text="Not connected", icon="RADIOBUT_OFF")
            return
        layout.operator(LIVEMOCAP_OT_disconnect.bl_idname, icon="UNLINKED")
        column = layout.column(align=True)
        for line in _status_lines(connection):
            column.label(text=line.text, icon=line.icon)


def _status_lines(connection: live.Live) -> list[StatusLine]:
    """The stream's state, and what keeps people from being shown."""
    status, poser = connection.receiver.status(), connection.poser
    if connection.is_test:
        lines = [test_stream_line(status, len(poser.people))]
    else:
        lines = [status_line(status, poser.age_ms)]
    if poser.waits_for_object_mode:
        lines.append(StatusLine("New people wait for Object Mode", "INFO"))
    if connection.trouble:
        lines.append(StatusLine(connection.trouble, "ERROR"))
    return lines


CLASSES = (LIVEMOCAP_PT_stream,)
