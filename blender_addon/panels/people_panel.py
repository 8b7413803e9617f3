# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > People."""

from __future__ import annotations

from typing import Any

import bpy

from livemocap.messages import TRACK_PREDICTED

from ..stream import live
from ..stream.proxies import find_proxies
from .properties import stream_settings
from .rig_operators import LIVEMOCAP_OT_rig_assign
from .sidebar import SidebarPanel
from .stream_operators import LIVEMOCAP_OT_clear_proxies


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


CLASSES = (LIVEMOCAP_PT_people,)
