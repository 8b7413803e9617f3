# SPDX-License-Identifier: GPL-3.0-or-later
"""What the add-on remembers between sessions."""

import bpy

from .receiver import DEFAULT_ADDRESS


class LIVEMOCAP_AP_preferences(bpy.types.AddonPreferences):
    """Shown in Preferences > Add-ons."""

    bl_idname = __package__ or ""

    address: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Address",
        description="Where the stream comes from, unless the sidebar says another place",
        default=DEFAULT_ADDRESS,
    )

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.prop(self, "address")
        self.layout.label(
            text="Other machines need Preferences > System > Network > Allow Online Access"
        )


def default_address() -> str:
    """The address in the preferences; the built-in one where the add-on was registered by hand."""
    addon = bpy.context.preferences.addons.get(__package__ or "")
    return getattr(addon and addon.preferences, "address", "") or DEFAULT_ADDRESS
