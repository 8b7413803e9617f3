# SPDX-License-Identifier: GPL-3.0-or-later
"""What the add-on remembers between sessions, and for all files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from . import log_file
from .stream.receiver import DEFAULT_ADDRESS

_LEVELS = (
    ("WARNING", "Problems", "Only what went wrong"),
    ("INFO", "Events", "Also when a stream begins and ends, and what is wrong with what comes"),
)
_LAN = (
    "A stream from this machine needs no permission.",
    "One from another machine is received only while Blender may go online:",
    "Preferences > System > Network > Allow Online Access.",
)


def _level_changed(preferences: Any, _: object) -> None:
    log_file.set_level(preferences.log_level)


class LIVEMOCAP_AP_preferences(bpy.types.AddonPreferences):
    """Shown in Preferences > Add-ons."""

    bl_idname = __package__ or ""

    address: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Address",
        description="Where the stream comes from, unless the sidebar says another place",
        default=DEFAULT_ADDRESS,
    )
    takes_folder: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Takes",
        description="Where recordings go, unless the sidebar says another place. "
        "Empty means the folder LiveMocap in your home folder",
        subtype="DIR_PATH",
    )
    foot_lock: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Foot Lock",
        description="How firmly the feet of new characters are held where they stand; each "
        "character has its own in the panel Rig",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    log_level: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Log", description="What is written into it", items=_LEVELS, update=_level_changed
    )

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        layout.use_property_split = True
        layout.prop(self, "address")
        layout.prop(self, "takes_folder", placeholder=str(_home_folder()))
        layout.prop(self, "foot_lock", slider=True)
        _draw_network(layout.box())
        _draw_log(layout.box(), self)


def _draw_network(box: Any) -> None:
    """Why there may be no stream from elsewhere."""
    column = box.column(align=True)
    for line in _LAN:
        column.label(text=line)
    allowed = bpy.app.online_access
    row = box.row()
    row.label(
        text="Online access is on" if allowed else "Online access is off",
        icon="INTERNET" if allowed else "INTERNET_OFFLINE",
    )
    row.operator("livemocap.network_settings", icon="PREFERENCES")


def _draw_log(box: Any, preferences: Any) -> None:
    box.prop(preferences, "log_level")
    path, row = log_file.path(), box.row()
    row.label(text=path.name)  # all of it is longer than the preferences are wide
    row.operator("wm.path_open", text="Open Folder", icon="FILE_FOLDER").filepath = str(path.parent)


def default_address() -> str:
    """The address in the preferences; the built-in one where the add-on was registered by hand."""
    return _preferred("address", "").strip() or DEFAULT_ADDRESS


def default_takes_folder() -> str:
    """Where recordings go, as the preferences have it."""
    return _preferred("takes_folder", "").strip() or str(_home_folder())


def default_foot_lock() -> float:
    """How firmly feet of new characters are held, 0..1."""
    return _preferred("foot_lock", 1.0)


def log_level() -> str:
    """What is important enough for the log."""
    return _preferred("log_level", log_file.LEVELS[0])


def _home_folder() -> Path:
    return Path.home() / "LiveMocap"


def _preferred(name: str, otherwise: Any) -> Any:
    addon = bpy.context.preferences.addons.get(__package__ or "")
    return getattr(addon and addon.preferences, name, otherwise)


CLASSES = (LIVEMOCAP_AP_preferences,)
