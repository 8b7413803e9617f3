"""What users have done before: a stream, a character, a take; by command, not by clicks."""

from __future__ import annotations

import time
from typing import Any

from gui.sidebar import Sidebar


def go_live(sidebar: Sidebar) -> None:
    """Two people of the test stream."""
    sidebar.window.ask("bpy.ops.livemocap.test_stream()")
    sidebar.window.wait_for("len(bpy.context.window_manager.livemocap_people.rows) == 2")


def add_character(sidebar: Sidebar, name: str) -> None:
    """A human of Blender's own."""
    sidebar.window.ask(
        f"""
        bpy.ops.preferences.addon_enable(module="rigify")
        bpy.ops.object.armature_human_metarig_add()
        bpy.context.object.name = {name!r}
        """
    )


def recorded(sidebar: Sidebar, seconds: float = 3.0) -> str:
    """A take, and nothing live any more; where Blender finds it."""
    go_live(sidebar)
    sidebar.window.ask("bpy.ops.livemocap.record_start()")
    time.sleep(seconds)
    sidebar.window.ask("bpy.ops.livemocap.record_stop()")
    return only_take(sidebar)


def only_take(sidebar: Sidebar) -> str:
    """Disconnect, and wait until the list shows the take; where Blender finds it."""
    sidebar.window.ask("bpy.ops.livemocap.disconnect()")
    sidebar.window.wait_for("len(bpy.context.window_manager.livemocap_takes.rows) == 1")
    return sidebar.window.ask("bpy.context.window_manager.livemocap_takes.rows[0].path")


def setting(sidebar: Sidebar, name: str, value: Any) -> None:
    """Set a field of the panel Record."""
    sidebar.window.ask(f"bpy.context.window_manager.livemocap_record.{name} = {value!r}")


def bake(sidebar: Sidebar, take: str) -> None:
    """All of a take to new armatures."""
    sidebar.window.ask(f"bpy.ops.livemocap.bake_take(filepath={take!r})")
    sidebar.window.wait_for("'Baked take' in ' '.join(watch.texts('LIVEMOCAP_PT_takes'))")
