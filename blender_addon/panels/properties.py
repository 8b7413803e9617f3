# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels edit. It lives on the window manager: undo does not touch it."""

from pathlib import Path
from typing import Any

import bpy

from ..preferences import default_address, default_takes_folder

BESIDE_THE_FILE: set[Any] = (
    {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
)
"""Options of a path that may begin with //; Blender from 4.5 on shows others so as wrong."""


class FolderError(RuntimeError):
    """A folder that cannot be meant."""


class LIVEMOCAP_PG_stream(bpy.types.PropertyGroup):
    """The Stream panel and the Record panel."""

    address: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Address",
        description="Where the stream comes from, as tcp://127.0.0.1:47820. "
        "Empty means the address in the add-on's preferences",
    )

    hide_stand_ins: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Hide Stand-ins",
        description="Hide the armatures of people who move a character of yours",
        default=True,
    )

    take_name: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Take",
        description="Name of the next recording; a number is added when there is one of that "
        "name already. Empty means date and time",
        default="take",
    )

    takes_folder: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Folder",
        description="Where recordings go. Empty means the folder in the add-on's preferences",
        subtype="DIR_PATH",
        options=BESIDE_THE_FILE,
    )


def stream_settings() -> LIVEMOCAP_PG_stream:
    return getattr(bpy.context.window_manager, "livemocap")  # noqa: B009


def chosen_address() -> str:
    """What Connect connects to."""
    return stream_settings().address.strip() or default_address()


def chosen_takes_folder() -> Path:
    """Where Record records to.

    Raises:
        FolderError: it is said to be beside a file that has not been saved yet.
    """
    chosen = stream_settings().takes_folder.strip() or default_takes_folder()
    if chosen.startswith("//") and not bpy.data.filepath:
        raise FolderError(
            f"The folder for takes, {chosen}, is beside this file, which has no place yet: "
            "save the file, or choose another folder"
        )
    return Path(bpy.path.abspath(chosen)).expanduser()


CLASSES = (LIVEMOCAP_PG_stream,)
SETTINGS = {"livemocap": LIVEMOCAP_PG_stream}
