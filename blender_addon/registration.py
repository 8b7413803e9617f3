# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender has to know of us, and how it forgets it again."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import log_file, preferences, translations
from .export import exporting
from .export.stage import strike
from .panels import (
    bake_operators,
    bones_operators,
    bones_panel,
    dots,
    export_operators,
    export_panel,
    export_settings,
    face_panel,
    joint_list,
    people_list,
    people_operators,
    people_panel,
    preset_operators,
    properties,
    record_operators,
    record_panel,
    record_settings,
    rig_operators,
    rig_options_panel,
    rig_panel,
    rig_settings,
    session,
    stream_operators,
    stream_panel,
    take_list,
    take_operators,
    takes_panel,
    world_panel,
)
from .stream import live, undo
from .takes import baking, recording, starting

_MODULES = (
    preferences,
    properties,
    stream_operators,
    people_list,
    people_operators,
    rig_operators,
    joint_list,
    rig_settings,
    bones_operators,
    preset_operators,
    record_settings,
    record_operators,
    bake_operators,
    take_list,
    take_operators,
    export_settings,
    export_operators,
    stream_panel,
    world_panel,
    people_panel,
    rig_panel,
    bones_panel,
    rig_options_panel,
    face_panel,
    record_panel,
    takes_panel,
    export_panel,
)
"""What has CLASSES; panels stand in the sidebar in this order."""

_CLASSES = tuple(kind for module in _MODULES for kind in module.CLASSES)
_SETTINGS = {
    name: kind for module in _MODULES for name, kind in getattr(module, "SETTINGS", {}).items()
}
"""What panels edit, by its name on the window manager."""

_SCENE_SETTINGS = {
    name: kind
    for module in _MODULES
    for name, kind in getattr(module, "SCENE_SETTINGS", {}).items()
}
"""What can be undone."""


def register() -> None:
    dots.register()
    for kind in _CLASSES:
        bpy.utils.register_class(kind)
    for name, kind in _SETTINGS.items():
        setattr(bpy.types.WindowManager, name, bpy.props.PointerProperty(type=kind))
    for name, kind in _SCENE_SETTINGS.items():
        setattr(bpy.types.Scene, name, bpy.props.PointerProperty(type=kind))
    for handlers in _scene_replaced():
        handlers.append(_forget_shapes)
    joint_list.fill_rows()
    bpy.app.handlers.load_post.append(joint_list.fill_rows)
    bpy.app.handlers.load_post.append(_end_recording)
    bpy.app.handlers.load_pre.append(_cancel_baking)
    bpy.app.handlers.save_pre.append(_strike_stage)
    starting.register()
    session.register()
    undo.register()
    translations.register()
    log_file.begin(preferences.log_level())


def unregister() -> None:
    starting.unregister()
    session.unregister()
    undo.unregister()
    live.disconnect()
    baking.cancel()
    exporting.cancel()
    bpy.app.handlers.save_pre.remove(_strike_stage)
    bpy.app.handlers.load_pre.remove(_cancel_baking)
    bpy.app.handlers.load_post.remove(_end_recording)
    bpy.app.handlers.load_post.remove(joint_list.fill_rows)
    joint_list.stop_filling()
    take_list.stop_following()
    for handlers in _scene_replaced():
        handlers.remove(_forget_shapes)
    for name in _SCENE_SETTINGS:
        delattr(bpy.types.Scene, name)
    for name in _SETTINGS:
        delattr(bpy.types.WindowManager, name)
    for kind in reversed(_CLASSES):
        bpy.utils.unregister_class(kind)
    dots.unregister()
    translations.unregister()
    log_file.end()


def _scene_replaced() -> tuple[list, ...]:
    handlers = bpy.app.handlers
    return handlers.undo_post, handlers.redo_post, handlers.load_post


@persistent
def _forget_shapes(*_: object) -> None:
    live.forget_shapes()
    baking.interrupt()
    strike()


@persistent
def _end_recording(*_: object) -> None:
    """Another file was opened; a take belongs to the work that it was begun in."""
    starting.cancel_countdown()
    recording.stop()


@persistent
def _cancel_baking(*_: object) -> None:
    """Another file is about to be opened, and with it goes what was baked so far."""
    baking.cancel()
    exporting.cancel()


@persistent
def _strike_stage(*_: object) -> None:
    """The file is about to be saved, without the scene that an export uses."""
    strike()
