# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows for work that timers do: they run without one."""

from __future__ import annotations

import contextlib

import bpy


def some_window() -> contextlib.AbstractContextManager[object]:
    """The first window where there is none, and so the user's mode and scene."""
    windows = bpy.context.window_manager.windows
    if bpy.context.window is None and windows:
        return bpy.context.temp_override(window=windows[0])
    return contextlib.nullcontext()


def redraw_views() -> None:
    """Draw all 3D views and their sidebars again; setting poses alone draws nothing."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
