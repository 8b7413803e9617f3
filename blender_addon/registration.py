# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender has to know of us, and how it forgets it again."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import live, recording
from .operators import (
    LIVEMOCAP_OT_clear_proxies,
    LIVEMOCAP_OT_connect,
    LIVEMOCAP_OT_disconnect,
    LIVEMOCAP_OT_record_start,
    LIVEMOCAP_OT_record_stop,
)
from .panels import LIVEMOCAP_PT_people, LIVEMOCAP_PT_stream
from .preferences import LIVEMOCAP_AP_preferences
from .properties import LIVEMOCAP_PG_stream
from .record_panel import LIVEMOCAP_PT_record

_CLASSES = (
    LIVEMOCAP_AP_preferences,
    LIVEMOCAP_PG_stream,
    LIVEMOCAP_OT_connect,
    LIVEMOCAP_OT_disconnect,
    LIVEMOCAP_OT_clear_proxies,
    LIVEMOCAP_OT_record_start,
    LIVEMOCAP_OT_record_stop,
    LIVEMOCAP_PT_stream,
    LIVEMOCAP_PT_people,
    LIVEMOCAP_PT_record,
)


def register() -> None:
    for kind in _CLASSES:
        bpy.utils.register_class(kind)
    setattr(  # noqa: B010
        bpy.types.WindowManager, "livemocap", bpy.props.PointerProperty(type=LIVEMOCAP_PG_stream)
    )
    for handlers in _scene_replaced():
        handlers.append(_forget_shapes)
    bpy.app.handlers.load_post.append(_end_recording)


def unregister() -> None:
    live.disconnect()
    bpy.app.handlers.load_post.remove(_end_recording)
    for handlers in _scene_replaced():
        handlers.remove(_forget_shapes)
    delattr(bpy.types.WindowManager, "livemocap")
    for kind in reversed(_CLASSES):
        bpy.utils.unregister_class(kind)


def _scene_replaced() -> tuple[list, ...]:
    handlers = bpy.app.handlers
    return handlers.undo_post, handlers.redo_post, handlers.load_post


@persistent
def _forget_shapes(*_: object) -> None:
    live.forget_shapes()


@persistent
def _end_recording(*_: object) -> None:
    """Another file was opened; a take belongs to the work that it was begun in."""
    recording.stop()
