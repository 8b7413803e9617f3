# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done to the files of takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from livemocap.take_writer import PART_SUFFIX

from ..takes import baking, recording
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
)
