# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender has to know of us, and how it forgets it again."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import baking, live, recording
from .bake_operators import LIVEMOCAP_OT_bake_cancel, LIVEMOCAP_OT_bake_take
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
from .rig_operators import RIG_OPERATORS
from .rig_panel import LIVEMOCAP_PT_rig
from .take_operators import LIVEMOCAP_OT_take_delete, LIVEMOCAP_OT_take_reveal
from .takes_panel import LIVEMOCAP_PT_takes

_CLASSES = (
    LIVEMOCAP_AP_preferences,
    LIVEMOCAP_PG_stream,
    LIVEMOCAP_OT_connect,
    LIVEMOCAP_OT_disconnect,
    LIVEMOCAP_OT_clear_proxies,
    LIVEMOCAP_OT_record_start,
    LIVEMOCAP_OT_record_stop,
    LIVEMOCAP_OT_bake_take,
    LIVEMOCAP_OT_bake_cancel,
    LIVEMOCAP_OT_take_reveal,
    LIVEMOCAP_OT_take_delete,
    *RIG_OPERATORS,
    LIVEMOCAP_PT_stream,
    LIVEMOCAP_PT_people,
    LIVEMOCAP_PT_rig,
    LIVEMOCAP_PT_record,
    LIVEMOCAP_PT_takes,
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
    bpy.app.handlers.load_pre.append(_cancel_baking)


def unregister() -> None:
    live.disconnect()
    baking.cancel()
    bpy.app.handlers.load_pre.remove(_cancel_baking)
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
    baking.interrupt()


@persistent
def _end_recording(*_: object) -> None:
    """Another file was opened; a take belongs to the work that it was begun in."""
    recording.stop()


@persistent
def _cancel_baking(*_: object) -> None:
    """Another file is about to be opened, and with it goes what was baked so far."""
    baking.cancel()
