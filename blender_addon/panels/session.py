# SPDX-License-Identifier: GPL-3.0-or-later
"""What panels edit on the window manager stays when another file is opened, which brings a window
manager of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy
from bpy.app.handlers import persistent

_PLAIN = ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM")

_NAMES = ("livemocap", "livemocap_world", "livemocap_record", "livemocap_export")
"""Property groups whose values are for all files."""

_kept: dict[tuple[str, str], Any] = {}


def register() -> None:
    bpy.app.handlers.load_pre.append(remember_settings)
    bpy.app.handlers.load_post.append(restore_settings)


def unregister() -> None:
    bpy.app.handlers.load_pre.remove(remember_settings)
    bpy.app.handlers.load_post.remove(restore_settings)
    _kept.clear()


@persistent
def remember_settings(*_: object) -> None:
    """Another file is about to be opened."""
    _kept.clear()
    for name, group in _groups():
        for known in group.bl_rna.properties:
            plain = known.type in _PLAIN and not getattr(known, "is_array", False)
            if plain and not known.is_readonly and group.is_property_set(known.identifier):
                _kept[name, known.identifier] = getattr(group, known.identifier)


@persistent
def restore_settings(*_: object) -> None:
    """It is open. What its window manager brought along was for the time when it was saved."""
    groups = dict(_groups())
    for (name, identifier), value in _kept.items():
        setattr(groups[name], identifier, value)


def _groups() -> Iterator[tuple[str, Any]]:
    manager = bpy.context.window_manager
    for name in _NAMES:
        yield name, getattr(manager, name)
