# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Stream > World: where the stream's people are put."""

from __future__ import annotations

from typing import Any

import bpy

from ..stream.world import World
from .sidebar import SidebarPanel

_NAME = "livemocap_world"


class LIVEMOCAP_PG_world(bpy.types.PropertyGroup):
    """On the window manager: undo does not touch it, and it is for all files."""

    scale: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Scale",
        description="How many times as large people and their ways are shown, for a camera that "
        "was not told how large things are. Characters of yours keep their size, and their steps "
        "fit their legs",
        default=1.0,
        min=0.01,
        max=100.0,
        soft_min=0.5,
        soft_max=2.0,
        precision=3,
    )
    floor: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Floor",
        description="Height of the floor that people walk on",
        default=0.0,
        soft_min=-10.0,
        soft_max=10.0,
        step=1,
        precision=3,
        unit="LENGTH",
        subtype="DISTANCE",
    )
    facing: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Facing",
        description="Turn everybody about the middle of the scene, counter-clockwise from above",
        default=0.0,
        step=500,
        precision=1,
        unit="ROTATION",
        subtype="ANGLE",
    )


class LIVEMOCAP_OT_world_reset(bpy.types.Operator):
    """Show people as large, as high and turned as the stream has them"""

    bl_idname = "livemocap.world_reset"
    bl_label = "Reset"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Everything is as the stream has it already")
        return chosen_world() != World()

    def execute(self, context: bpy.types.Context) -> set[Any]:
        for name in ("scale", "floor", "facing"):
            _settings().property_unset(name)
        return {"FINISHED"}


class LIVEMOCAP_PT_world(SidebarPanel, bpy.types.Panel):
    """Takes are recorded as they come; bakes are made as it says here"""

    bl_idname = "LIVEMOCAP_PT_world"
    bl_label = "World"
    bl_parent_id = "LIVEMOCAP_PT_stream"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column(align=True)
        for name in ("scale", "floor", "facing"):
            column.prop(_settings(), name)
        layout.operator(LIVEMOCAP_OT_world_reset.bl_idname, icon="LOOP_BACK")


def chosen_world() -> World:
    """What the panel says now."""
    settings = _settings()
    return World(settings.scale, settings.floor, settings.facing)


def _settings() -> Any:
    return getattr(bpy.context.window_manager, _NAME)


CLASSES = (LIVEMOCAP_PG_world, LIVEMOCAP_OT_world_reset, LIVEMOCAP_PT_world)
SETTINGS = {_NAME: LIVEMOCAP_PG_world}
