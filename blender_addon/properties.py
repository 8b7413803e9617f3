# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels edit. It lives on the window manager: undo does not touch it."""

import bpy

from .preferences import default_address


class LIVEMOCAP_PG_stream(bpy.types.PropertyGroup):
    """The Stream panel."""

    address: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Address",
        description="Where the stream comes from, as tcp://127.0.0.1:47820. "
        "Empty means the address in the add-on's preferences",
    )


def stream_settings() -> LIVEMOCAP_PG_stream:
    return getattr(bpy.context.window_manager, "livemocap")  # noqa: B009


def chosen_address() -> str:
    """What Connect connects to."""
    return stream_settings().address.strip() or default_address()
