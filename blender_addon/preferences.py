# SPDX-License-Identifier: GPL-3.0-or-later
"""What the add-on remembers between sessions."""

from pathlib import Path

import bpy

from .stream.receiver import DEFAULT_ADDRESS


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

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.prop(self, "address")
        self.layout.prop(self, "takes_folder", placeholder=str(_home_folder()))
        self.layout.label(
            text="Other machines need Preferences > System > Network > Allow Online Access"
        )


def default_address() -> str:
    """The address in the preferences; the built-in one where the add-on was registered by hand."""
    return _preferred("address") or DEFAULT_ADDRESS


def default_takes_folder() -> str:
    """Where recordings go, as the preferences have it."""
    return _preferred("takes_folder") or str(_home_folder())


def _home_folder() -> Path:
    return Path.home() / "LiveMocap"


def _preferred(name: str) -> str:
    addon = bpy.context.preferences.addons.get(__package__ or "")
    return getattr(addon and addon.preferences, name, "").strip()


CLASSES = (LIVEMOCAP_AP_preferences,)
