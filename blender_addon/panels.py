# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap."""

from __future__ import annotations

from typing import Any

import bpy

from livemocap.messages import TRACK_PREDICTED

from . import live
from .operators import LIVEMOCAP_OT_clear_proxies, LIVEMOCAP_OT_connect, LIVEMOCAP_OT_disconnect
from .preferences import default_address
from .properties import stream_settings
from .proxies import find_proxies
from .rig_operators import LIVEMOCAP_OT_rig_assign
from .status import StatusLine, status_line


class SidebarPanel:
    """Where all our panels are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "LiveMocap"


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
            layout.label(text="Not connected", icon="RADIOBUT_OFF")
            return
        layout.operator(LIVEMOCAP_OT_disconnect.bl_idname, icon="UNLINKED")
        column = layout.column(align=True)
        for line in _status_lines(connection):
            column.label(text=line.text, icon=line.icon)


class LIVEMOCAP_PT_people(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_people"
    bl_label = "People"

    def draw(self, context: bpy.types.Context) -> None:
        connection, proxies = live.current(), find_proxies()
        people = connection.poser.people if connection else []
        layout: Any = self.layout
        column = layout.column(align=True)
        for person in people:
            row = column.row(align=True)
            if proxy := proxies.get(person.track_id):
                swatch = row.row()
                swatch.ui_units_x = 1
                swatch.prop(proxy, "color", text="")
            hidden = person.state == TRACK_PREDICTED
            row.label(text=f"Person {person.track_id}{', out of sight' if hidden else ''}")
            row.label(text=f"{person.score:.0%}")
            assign = row.operator(LIVEMOCAP_OT_rig_assign.bl_idname, text="", icon="ARMATURE_DATA")
            assign.person = str(person.track_id)
        if not people:
            column.label(text="Nobody")
        layout.prop(stream_settings(), "hide_stand_ins")
        layout.operator(LIVEMOCAP_OT_clear_proxies.bl_idname, icon="TRASH")


def _status_lines(connection: live.Live) -> list[StatusLine]:
    """The stream's state, and what keeps people from being shown."""
    lines = [status_line(connection.receiver.status(), connection.poser.age_ms)]
    if connection.poser.waits_for_object_mode:
        lines.append(StatusLine("New people wait for Object Mode", "INFO"))
    if connection.trouble:
        lines.append(StatusLine(connection.trouble, "ERROR"))
    return lines
