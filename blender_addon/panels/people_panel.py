# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > People: who is in the stream, and whom they move."""

from __future__ import annotations

from typing import Any

import bpy

from .people_list import LIVEMOCAP_UL_people, chosen_person, people_list
from .people_operators import (
    LIVEMOCAP_OT_clear_proxies,
    LIVEMOCAP_OT_person_character,
    LIVEMOCAP_OT_person_drop,
    LIVEMOCAP_OT_person_proxy,
    LIVEMOCAP_OT_person_swap,
)
from .properties import stream_settings
from .rig_operators import LIVEMOCAP_OT_rig_assign
from .sidebar import SidebarPanel
from .status import draw_lines, sentence_lines

_ROWS = 3
"""How many people the list has room for at least."""


class LIVEMOCAP_PT_people(SidebarPanel, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_people"
    bl_label = "People"

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        people, row = people_list(), chosen_person()
        if row is None:
            layout.label(text="Nobody", icon="USER")
        else:
            layout.template_list(
                LIVEMOCAP_UL_people.__name__, "", people, "rows", people, "active", rows=_ROWS
            )
            _draw_person(layout, row)
        layout.prop(stream_settings(), "hide_stand_ins")
        layout.operator(LIVEMOCAP_OT_clear_proxies.bl_idname, icon="TRASH")


def _draw_person(layout: Any, row: Any) -> None:
    """The person that is selected in the list."""
    draw_lines(layout, sentence_lines(_how(row), "HIDE_ON" if row.is_gone else "USER"))
    column = layout.column(align=True)
    choose = column.operator_menu_enum(
        LIVEMOCAP_OT_person_character.bl_idname,
        "character",
        text=row.characters or "Choose Character",
        icon="ARMATURE_DATA",
    )
    assign = column.operator(LIVEMOCAP_OT_rig_assign.bl_idname, text="Assign to Selected Armature")
    buttons = column.row(align=True)
    proxy = buttons.operator(LIVEMOCAP_OT_person_proxy.bl_idname)
    swap = buttons.operator_menu_enum(LIVEMOCAP_OT_person_swap.bl_idname, "other")
    drop = buttons.operator(LIVEMOCAP_OT_person_drop.bl_idname)
    for button in (choose, assign, proxy, swap, drop):
        button.person = row.track_id


def _how(row: Any) -> str:
    """What the stream says of a person."""
    if row.is_gone:
        return f"{row.name} left, seen {row.unseen_s:.1f} s ago"
    if row.is_guessed:
        return f"{row.name}, guessed: not seen for {row.unseen_s:.1f} s"
    return f"{row.name}, seen now, {row.percent}% sure"


CLASSES = (LIVEMOCAP_PT_people,)
