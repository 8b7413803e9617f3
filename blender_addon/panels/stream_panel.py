# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Stream: where people come from, and how that goes."""

from __future__ import annotations

from typing import Any

import bpy

from ..preferences import default_address
from ..stream import live
from .properties import stream_settings
from .sidebar import SidebarPanel
from .status import StatusLine, draw_lines, sentence_lines
from .stream_operators import (
    LIVEMOCAP_OT_connect,
    LIVEMOCAP_OT_disconnect,
    LIVEMOCAP_OT_network_settings,
    LIVEMOCAP_OT_test_stream,
)
from .stream_status import built_in_lines, stream_lines


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
            buttons = layout.column(align=True)
            buttons.operator(LIVEMOCAP_OT_connect.bl_idname, icon="LINKED")
            buttons.operator(LIVEMOCAP_OT_test_stream.bl_idname, icon="PLAY")
            _draw_refusal(layout, live.refusal())
            return
        layout.operator(LIVEMOCAP_OT_disconnect.bl_idname, icon="UNLINKED")
        draw_lines(layout, _connection_lines(connection))


def _draw_refusal(layout: Any, refusal: Exception | None) -> None:
    """Why there is no connection, and the way to what can be done about it."""
    if refusal is None:
        draw_lines(layout, [StatusLine("Not connected", "RADIOBUT_OFF")])
        return
    draw_lines(layout, sentence_lines(str(refusal), "ERROR"))
    if isinstance(refusal, live.OfflineError):
        layout.operator(LIVEMOCAP_OT_network_settings.bl_idname, icon="PREFERENCES")


def _connection_lines(connection: live.Live) -> list[StatusLine]:
    """The stream's state, and what keeps people from being shown."""
    status, poser = connection.receiver.status(), connection.poser
    if connection.is_test:
        lines = built_in_lines(status, len(poser.people))
    else:
        lines = stream_lines(status, poser.age_ms)
    if poser.waits_for_object_mode:
        lines += sentence_lines("New people wait for Object Mode", "INFO")
    if connection.trouble:
        lines += sentence_lines(connection.trouble, "ERROR")
    return lines


CLASSES = (LIVEMOCAP_PT_stream,)
