# SPDX-License-Identifier: GPL-3.0-or-later
"""When a recording begins: at once, when a countdown is through, or with the timeline."""

from __future__ import annotations

import contextlib
import time

import bpy
from bpy.app.handlers import persistent

from ..panels.properties import FolderError, chosen_takes_folder, stream_settings
from ..panels.record_settings import record_settings
from ..stream import live
from ..windows import redraw_views, some_window
from . import folder, recording
from .key_times import exact_rate

_TICK_S = 0.1

_due_s: float | None = None
_followed: recording.Recording | None = None
"""What the timeline began, and is to end."""


def press() -> None:
    """Begin as the panel says: now, or a countdown.

    Raises:
        RecordingError: a take cannot be begun; the panel says so too.
    """
    global _due_s
    seconds = record_settings().countdown_s
    if not seconds:
        begin()
        return
    recording.refuse("")
    _due_s = time.monotonic() + seconds
    if not bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.register(_on_timer, persistent=True)


def begin() -> recording.Recording:
    """Record from now on.

    Raises:
        RecordingError: a take cannot be begun; the panel says so too.
    """
    connection = live.current()
    try:
        if connection is None:
            raise recording.RecordingError("Connect to a stream first")
        connection.receiver.keep_past(record_settings().pre_roll_s)
        name = stream_settings().take_name
        return recording.start(connection.receiver, chosen_takes_folder(), name, _about())
    except (recording.RecordingError, FolderError) as error:
        recording.refuse(str(error))
        raise recording.RecordingError(str(error)) from None


def countdown_left_s(now_s: float) -> float | None:
    """Until a recording begins; None: there is no countdown."""
    return None if _due_s is None else max(0.0, _due_s - now_s)


def cancel_countdown() -> None:
    global _due_s
    _due_s = None
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)


def tick(now_s: float) -> None:
    """Begin if the countdown is through."""
    if _due_s is None or now_s < _due_s:
        return
    cancel_countdown()
    with contextlib.suppress(recording.RecordingError):  # the panel shows why
        begin()


@persistent
def timeline_plays(*_: object) -> None:
    """Blender began to play."""
    global _followed
    if not record_settings().follow_timeline or live.current() is None or recording.is_running():
        return
    cancel_countdown()
    try:
        _followed = begin()
    except recording.RecordingError:
        _followed = None


@persistent
def timeline_stops(*_: object) -> None:
    """Blender stopped playing: what playing began ends."""
    global _followed
    if _followed is not None and _followed is recording.current():
        recording.stop()
        folder.look_again()
    _followed = None


def register() -> None:
    handlers = bpy.app.handlers
    handlers.animation_playback_pre.append(timeline_plays)
    handlers.animation_playback_post.append(timeline_stops)


def unregister() -> None:
    cancel_countdown()
    handlers = bpy.app.handlers
    handlers.animation_playback_pre.remove(timeline_plays)
    handlers.animation_playback_post.remove(timeline_stops)


def _about() -> dict[str, str]:
    """Where the timeline stood: a take can be laid under it again."""
    scene = bpy.context.scene
    rate = exact_rate(scene.render.fps, scene.render.fps_base)
    return {"scene_frame": str(scene.frame_current), "scene_fps": str(rate)}


def _on_timer() -> float | None:
    with some_window():
        tick(time.monotonic())
    redraw_views()
    return None if _due_s is None else _TICK_S
