# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done to the files of takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from livemocap.take_writer import PART_SUFFIX, TakeError, partial, plain_stem

from ..takes import baking, muting, recording
from ..takes import folder as take_list


class LIVEMOCAP_OT_take_reveal(bpy.types.Operator):
    """Open the folder that the take is in"""

    bl_idname = "livemocap.take_reveal"
    bl_label = "Show Folder"

    filepath: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Take", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[Any]:
        bpy.ops.wm.path_open(filepath=str(Path(self.filepath).parent))
        return {"FINISHED"}


class LIVEMOCAP_OT_take_delete(bpy.types.Operator):
    """Delete the take from the disk. What was baked of it stays"""

    bl_idname = "livemocap.take_delete"
    bl_label = "Delete Take"

    filepath: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Take", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[Any]:
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[Any]:
        path = Path(bpy.path.abspath(self.filepath))
        if refusal := _why_not(path):
            self.report({"ERROR"}, refusal)
            return {"CANCELLED"}
        try:
            path.unlink()
        except OSError as error:
            self.report({"ERROR"}, f"{path.name}: {error.strerror}")
            return {"CANCELLED"}
        take_list.look_again()
        self.report({"INFO"}, f"Deleted {path.name}")
        return {"FINISHED"}


class LIVEMOCAP_OT_take_rename(bpy.types.Operator):
    """Give the take's file another name"""

    bl_idname = "livemocap.take_rename"
    bl_label = "Rename Take"

    filepath: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Take", subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"}
    )
    name: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Name", description="What it is to be called", options={"SKIP_SAVE"}
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[Any]:
        self.name = Path(self.filepath).name.removesuffix(".mcap")
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[Any]:
        path = Path(bpy.path.abspath(self.filepath))
        try:
            target = _renamed(path, self.name)
        except (TakeError, OSError) as error:
            self.report({"ERROR"}, getattr(error, "strerror", None) or str(error))
            return {"CANCELLED"}
        muting.rename(path.name.removesuffix(".mcap"), target.name.removesuffix(".mcap"))
        take_list.look_again()
        self.report({"INFO"}, f"{path.name} is called {target.name} now")
        return {"FINISHED"}


class LIVEMOCAP_OT_take_mute(bpy.types.Operator):
    """Play what was baked of the take, or keep it without playing it"""

    bl_idname = "livemocap.take_mute"
    bl_label = "Mute Take"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filepath: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Take", subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"}
    )

    def execute(self, context: bpy.types.Context) -> set[Any]:
        take = Path(self.filepath).name.removesuffix(".mcap")
        muted = not muting.is_muted(take)
        if not muting.mute(take, muted):
            linked = muting.actions_of(take)
            why = (
                "comes from another file: mute it there" if linked else "was not baked in this file"
            )
            self.report({"ERROR"}, f"{take} {why}")
            return {"CANCELLED"}
        return {"FINISHED"}


def _renamed(path: Path, name: str) -> Path:
    """Where the file is now.

    Raises:
        TakeError: it may not be renamed, or not to that.
    """
    if path.name.endswith(PART_SUFFIX):
        raise TakeError(f"{path.name} is not finished: livemocap take recover makes it whole")
    if refusal := _why_not(path):
        raise TakeError(refusal)
    target = path.with_name(f"{plain_stem(name)}.mcap")
    if target.exists() or partial(target).exists():
        raise TakeError(f"{target.name} is there already")
    return path.rename(target)


def _why_not(path: Path) -> str:
    """Why this file must stay, in words; empty if it need not."""
    name = path.name.removesuffix(PART_SUFFIX)
    if not name.endswith(".mcap"):
        return f"{path.name} is no take"
    recorded = recording.current()
    if recording.is_running() and recorded and recorded.status().path == path.with_name(name):
        return f"{path.name} is being recorded: stop first"
    if (baked := baking.current()) is not None and baked.path == path:
        return f"{path.name} is being baked: cancel that first"
    return ""


CLASSES = (
    LIVEMOCAP_OT_take_reveal,
    LIVEMOCAP_OT_take_delete,
    LIVEMOCAP_OT_take_rename,
    LIVEMOCAP_OT_take_mute,
)
