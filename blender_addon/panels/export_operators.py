# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons of Export do."""

from __future__ import annotations

from typing import Any

import bpy

from ..export import exporting
from ..export.plan import ExportError
from .export_settings import chosen_armatures, export_settings, file_plans


class LIVEMOCAP_OT_export(bpy.types.Operator):
    """Write a file for each armature, then read it again and compare it with what is seen here.
    The scene stays as it is"""

    bl_idname = "livemocap.export"
    bl_label = "Export"

    wait: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Wait",
        description="Come back only when all is written, for scripts",
        default=False,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if exporting.current() is not None:
            cls.poll_message_set("An export is running already")
            return False
        if export_settings().who == "SELECTED":
            cls.poll_message_set("Select the armatures to export")
        else:
            cls.poll_message_set("No take was baked in this scene yet")
        return bool(chosen_armatures(context))

    def execute(self, context: bpy.types.Context) -> set[Any]:
        try:
            exporting.start(file_plans(context))
            if self.wait or bpy.app.background:
                self.report({"INFO"}, exporting.finish())
        except ExportError as error:
            exporting.refuse(str(error))
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class LIVEMOCAP_OT_export_cancel(bpy.types.Operator):
    """Stop exporting; files that are finished stay"""

    bl_idname = "livemocap.export_cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Nothing is being exported")
        return exporting.current() is not None

    def execute(self, context: bpy.types.Context) -> set[Any]:
        exporting.cancel()
        return {"FINISHED"}


CLASSES = (LIVEMOCAP_OT_export, LIVEMOCAP_OT_export_cancel)
