# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Export panel edits, and what it means for each file."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy

from retarget.errors import RetargetError
from retarget.rates import parse_rate

from ..export.baked import action_of, baked_rate, keyed_span
from ..export.job import FilePlan
from ..export.plan import ExportError, FileFormat, FrameRange, RootBone, format_of
from ..export.stage import armature_named
from ..takes.action import TAKE_KEY
from ..takes.key_times import exact_rate
from .properties import BESIDE_THE_FILE

_PRESETS = (
    ("UNREAL", "Unreal", "FBX for Unreal Engine: centimetres, a single root bone"),
    ("UNITY", "Unity", "FBX for Unity: centimetres, nothing above the bones"),
    ("MAYA", "Maya", "FBX for Maya and MotionBuilder: centimetres, Y up"),
    ("BVH", "BVH", "Biovision files: rotations, and the place of one root"),
    ("CUSTOM", "Custom", "Choose everything"),
)
_WHO = (
    ("SELECTED", "Selected", "The selected armatures, a file for each"),
    ("BAKED", "All Baked", "Every armature that a take was baked to, a file for each"),
)
_RANGES = (
    ("TAKE", "Take", "From an armature's first key to its last"),
    ("SCENE", "Scene", "The scene's frame range"),
    ("PREVIEW", "Preview", "The preview range of the timeline"),
)
_RATES = (
    ("TAKE", "Take", "As the take was recorded; the scene's for other animation"),
    ("SCENE", "Scene", "The scene's frame rate"),
    ("CUSTOM", "Custom", "Another one"),
)
_KINDS = (("fbx", "FBX", "Binary FBX 7.4"), ("bvh", "BVH", "Biovision hierarchy"))
_UNITS = (
    ("cm", "cm", "Centimetres, which FBX is in by itself"),
    ("m", "m", "Metres; an FBX file says so, a BVH file cannot"),
)
_ROOTS = (
    ("NEVER", "Bones Only", "What moves the object moves the bones"),
    ("IF_NEEDED", "One Root Bone", "The object is a bone, unless one is above all others already"),
    ("ALWAYS", "Object as Root", "The object is a bone above all others"),
)


class LIVEMOCAP_PG_export(bpy.types.PropertyGroup):
    """The Export panel."""

    preset: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="For", description="Which program the files are for", items=_PRESETS
    )
    who: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Who", description="Which armatures are exported", items=_WHO
    )
    range: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Range", description="Which frames are exported", items=_RANGES
    )
    rate: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Rate", description="Keys a second in the file", items=_RATES
    )
    custom_rate: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Frames a Second", description="As 30, 23.976 or 30000/1001", default="30"
    )
    folder: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Folder",
        description="Where the files go, each called after its take and armature",
        default="//export",
        subtype="DIR_PATH",
        options=BESIDE_THE_FILE,
    )
    replace: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Replace Files", description="Write over files of the same name", default=False
    )
    deform_only: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Only Deforming",
        description="Leave out bones that move no skin, as the controls of a rig",
        default=False,
    )
    meshes: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="With Meshes",
        description="Write the meshes that the armature moves too, by Blender's own exporter. "
        "The file is in metres then, and the armature's object is above all bones",
        default=False,
    )
    kind: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Format", description="Kind of file", items=_KINDS
    )
    units: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Units", description="What lengths are in", items=_UNITS
    )
    root: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Root", description="What becomes of the armature's object", items=_ROOTS
    )


def export_settings() -> LIVEMOCAP_PG_export:
    return getattr(bpy.context.window_manager, "livemocap_export")  # noqa: B009


def chosen_format() -> FileFormat:
    chosen = export_settings()
    custom = FileFormat(
        kind=chosen.kind,
        units=chosen.units,
        root=RootBone[chosen.root],
        deform_only=chosen.deform_only,
        meshes=chosen.meshes,
    )
    form = format_of(chosen.preset, custom)
    return replace(form, meshes=form.meshes and form.kind == "fbx")


def chosen_armatures(context: bpy.types.Context) -> list[str]:
    """Their names."""
    if export_settings().who == "SELECTED":
        return [each.name for each in context.selected_objects if each.type == "ARMATURE"]
    objects = bpy.context.scene.objects
    armatures = [each for each in objects if each.type == "ARMATURE" and each.library is None]
    return [each.name for each in armatures if _take_of(each)]


def file_plans(context: bpy.types.Context) -> list[FilePlan]:
    """What the button does.

    Raises:
        ExportError: something is missing, in words.
    """
    names = chosen_armatures(context)
    if not names:
        raise ExportError("Select the armatures to export first")
    form, folder = chosen_format(), _folder()
    plans = []
    for name in names:
        armature = armature_named(name)
        path = folder / f"{_stem(armature)}.{form.kind}"
        if path.exists() and not export_settings().replace:
            raise ExportError(f"{path.name} is there already: turn on Replace Files")
        frames = _frames(context.scene, armature)
        take = _take_of(armature) or armature.name
        plans.append(FilePlan(armature=name, path=path, form=form, frames=frames, take=take))
    if len({plan.path for plan in plans}) < len(plans):
        raise ExportError("Two of the armatures would have files of the same name")
    return plans


def settings_words(context: bpy.types.Context) -> str:
    """All of what is going to be written, in a line."""
    scene = context.scene
    names = chosen_armatures(context)
    first = bpy.data.objects.get(names[0]) if names else None
    try:
        rate = f"{float(_rate(scene, first)):.6g} fps"
    except ExportError:
        rate = "no rate"
    return f"{chosen_format()}, {rate}, {_range_words(scene)}, every frame a key, first at 0"


def _range_words(scene: Any) -> str:
    span = export_settings().range
    if span == "TAKE":
        return "first to last key"
    start, end = _scene_range(scene) if span == "SCENE" else _preview_range(scene)
    return f"frames {start} to {end}"


def _scene_range(scene: Any) -> tuple[int, int]:
    return scene.frame_start, scene.frame_end


def _preview_range(scene: Any) -> tuple[int, int]:
    if not scene.use_preview_range:
        return _scene_range(scene)
    return scene.frame_preview_start, scene.frame_preview_end


def _frames(scene: Any, armature: Any) -> FrameRange:
    span = export_settings().range
    keyed = keyed_span(armature)  # who has no keys is refused whatever the range is
    first, last = keyed if span == "TAKE" else _scene_range(scene)
    if span == "PREVIEW":
        if not scene.use_preview_range:
            raise ExportError("The timeline has no preview range: press P over it and drag")
        first, last = _preview_range(scene)
    fps = exact_rate(scene.render.fps, scene.render.fps_base)
    return FrameRange(first=first, last=last, scene_fps=fps, fps=_rate(scene, armature))


def _rate(scene: Any, armature: Any) -> Fraction:
    chosen = export_settings()
    scene_fps = exact_rate(scene.render.fps, scene.render.fps_base)
    if chosen.rate == "CUSTOM":
        try:
            return parse_rate(chosen.custom_rate)
        except RetargetError:
            raise ExportError(
                f"'{chosen.custom_rate}' is no rate: expected 30, 23.976, 30000/1001"
            ) from None
    if chosen.rate == "TAKE" and armature is not None:
        return baked_rate(armature) or scene_fps
    return scene_fps


def _take_of(armature: Any) -> str:
    action = action_of(armature)
    return "" if action is None else str(action.get(TAKE_KEY, ""))


def _stem(armature: Any) -> str:
    take, name = _take_of(armature), armature.name
    stem = name if not take or name.startswith(take) else f"{take} {name}"
    return bpy.path.clean_name(stem)


def _folder() -> Path:
    folder = export_settings().folder.strip() or "//"
    if folder.startswith("//") and not bpy.data.filepath:
        raise ExportError(
            f"The folder, {folder}, is beside this file, which has no place yet: save the file, "
            "or choose another folder"
        )
    return Path(bpy.path.abspath(folder)).expanduser()


CLASSES = (LIVEMOCAP_PG_export,)
SETTINGS = {"livemocap_export": LIVEMOCAP_PG_export}
