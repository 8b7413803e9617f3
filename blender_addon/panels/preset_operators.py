# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone follows which joint, kept for the next character that is made the same way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from retarget.errors import RetargetError
from retarget.rigs.presets import Preset, load_preset, presets, save_preset

from ..rigs.bone_edits import with_preset
from ..rigs.note import RigNote
from ..rigs.user_presets import own_presets, preset_folder
from .chosen_rig import RigOperator, done, measured_now
from .rig_settings import chosen_note

_ENDING = ".json"


class LIVEMOCAP_OT_preset_load(RigOperator, bpy.types.Operator):
    """Take the bones that this naming has; says which of them the character lacks"""

    bl_idname = "livemocap.preset_load"
    bl_label = "Load Rig Preset"

    name: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Name", description="Of a preset of yours, or else of a built-in one"
    )
    filepath: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="File", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    filter_glob: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        default="*.json", options={"HIDDEN"}
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[Any]:
        if self.name:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[Any]:
        told: list[str] = []

        def edit(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
            note, lost = with_preset(rig_object, note, self._preset())
            told.append(lost)
            return measured_now(rig_object, note)

        note = self.change(context, edit)
        if note is not None and told[0]:
            self.report({"WARNING"}, told[0])
        elif note is not None:
            self.report({"INFO"}, f"All bones fit: {len(note.joint_map.matches)} joints")
        return done(note)

    def _preset(self) -> Preset:
        if self.filepath:
            return load_preset(Path(bpy.path.abspath(self.filepath)))
        for preset in (*own_presets(), *presets()):
            if preset.name == self.name:
                return preset
        raise RetargetError(f"there is no rig preset '{self.name}'")


class LIVEMOCAP_OT_preset_save(RigOperator, bpy.types.Operator):
    """Keep this character's bones under a name; characters of the same naming are then known"""

    bl_idname = "livemocap.preset_save"
    bl_label = "Save Rig Preset"

    name: bpy.props.StringProperty(name="Name")  # pyright: ignore[reportInvalidTypeForm]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[Any]:
        chosen = chosen_note(context)
        self.name = chosen[0].name if chosen else ""
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[Any]:
        name = bpy.path.clean_name(self.name.strip())
        if not name.strip("_"):
            self.report({"ERROR"}, "Give the preset a name")
            return {"CANCELLED"}
        return _save(self, context, preset_folder() / (name + _ENDING), self.name.strip())


class LIVEMOCAP_OT_preset_export(RigOperator, bpy.types.Operator):
    """Write this character's bones to a file, for others and for the command line"""

    bl_idname = "livemocap.preset_export"
    bl_label = "Export Rig Preset"

    filepath: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="File", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    check_existing: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        default=True, options={"HIDDEN"}
    )
    filter_glob: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        default="*.json", options={"HIDDEN"}
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[Any]:
        chosen = chosen_note(context)
        self.filepath = bpy.path.clean_name(chosen[0].name if chosen else "rig") + _ENDING
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[Any]:
        path = Path(bpy.path.ensure_ext(bpy.path.abspath(self.filepath), _ENDING))
        return _save(self, context, path, path.stem)


class LIVEMOCAP_OT_preset_remove(bpy.types.Operator):
    """Delete the file of a preset of yours"""

    bl_idname = "livemocap.preset_remove"
    bl_label = "Delete Rig Preset"
    bl_options = {"REGISTER"}  # noqa: RUF012

    name: bpy.props.StringProperty(name="Name")  # pyright: ignore[reportInvalidTypeForm]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[Any]:
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[Any]:
        if self.name not in {preset.name for preset in own_presets()}:
            self.report({"ERROR"}, f"You have no rig preset '{self.name}'")
            return {"CANCELLED"}
        try:
            (preset_folder() / (self.name + _ENDING)).unlink()
        except OSError as error:
            self.report({"ERROR"}, f"It cannot be deleted: {error.strerror}")
            return {"CANCELLED"}
        return {"FINISHED"}


class LIVEMOCAP_MT_rig_presets(bpy.types.Menu):
    """Your own presets, then the built-in ones"""

    bl_idname = "LIVEMOCAP_MT_rig_presets"
    bl_label = "Rig Presets"

    def draw(self, context: bpy.types.Context | None) -> None:
        layout: Any = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        own = own_presets()
        for preset in own:
            row = layout.row()
            load = row.operator(LIVEMOCAP_OT_preset_load.bl_idname, text=preset.title, icon="USER")
            load.name = preset.name
            remove = row.operator(LIVEMOCAP_OT_preset_remove.bl_idname, text="", icon="X")
            remove.name = preset.name
        if own:
            layout.separator()
        for preset in sorted(presets(), key=lambda each: each.title):
            load = layout.operator(LIVEMOCAP_OT_preset_load.bl_idname, text=preset.title)
            load.name = preset.name


def _save(
    operator: bpy.types.Operator, context: bpy.types.Context, path: Path, title: str
) -> set[Any]:
    chosen = chosen_note(context)
    if chosen is None:
        return {"CANCELLED"}
    try:
        save_preset(path, chosen[1].joint_map, title)
    except OSError as error:
        operator.report({"ERROR"}, f"{path}: {error.strerror}")
        return {"CANCELLED"}
    operator.report({"INFO"}, f"Saved {path.name}")
    return {"FINISHED"}


CLASSES = (
    LIVEMOCAP_OT_preset_load,
    LIVEMOCAP_OT_preset_save,
    LIVEMOCAP_OT_preset_export,
    LIVEMOCAP_OT_preset_remove,
    LIVEMOCAP_MT_rig_presets,
)
