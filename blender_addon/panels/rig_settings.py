# SPDX-License-Identifier: GPL-3.0-or-later
"""Sliders and boxes of the Rig panel. They show and change the note of the chosen character, and
keep nothing themselves; on the scene, so that they work for linked characters and can be undone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import bpy

from retarget.errors import RetargetError

from ..rigs.bone_edits import with_bones
from ..rigs.edits import turning_root
from ..rigs.note import RigNote, read_note, write_note
from ..rigs.settings import RANGES, RigSettings, ScaleBy, in_range
from ..stream import live
from .chosen_rig import chosen_rig, measured_now
from .joint_list import active_joint, joint_state

_DEFAULTS = RigSettings()
_SCALES = (
    ("LEGS", "Auto", "As the character's legs are to the person's: feet slide least"),
    ("ONE", "1", "As far as the person went: characters meet where people do"),
    ("CUSTOM", "Custom", "So many times as far as the person went"),
)


def chosen_note(context: bpy.types.Context) -> tuple[bpy.types.Object, RigNote] | None:
    """The chosen character and what is noted of it; None: there is none, or it cannot be read."""
    rig_object = chosen_rig(context)
    try:
        note = None if rig_object is None else read_note(rig_object)
    except RetargetError:
        return None
    return None if rig_object is None or note is None else (rig_object, note)


def _read(value: Callable[[RigNote], Any], otherwise: Any) -> Callable[[Any], Any]:
    """What shows a value, and something else while nobody is chosen."""

    def read(_: Any) -> Any:
        chosen = chosen_note(bpy.context)
        return otherwise if chosen is None else value(chosen[1])

    return read


def _write(change: Callable[[RigNote, Any], RigNote]) -> Callable[[Any, Any], None]:
    def write(_: Any, value: Any) -> None:
        chosen = chosen_note(bpy.context)
        if chosen is not None:
            write_note(chosen[0], change(chosen[1], value))
            live.look_again()

    return write


def _both(name: str) -> dict[str, Any]:
    """What reads and writes a setting."""

    def change(note: RigNote, value: Any) -> RigNote:
        value = in_range(name, value) if name in RANGES else value
        return replace(note, settings=replace(note.settings, **{name: value}))

    otherwise = getattr(_DEFAULTS, name)
    read = _read(lambda note: getattr(note.settings, name), otherwise)
    return {"get": read, "set": _write(change)}


def _number(name: str, title: str, description: str, **how: Any) -> Any:
    least, most = RANGES[name]
    shown: dict[str, Any] = {"precision": 2, "step": 5, "min": least, "max": most}
    shown |= {"default": getattr(_DEFAULTS, name)} | how | _both(name)
    return bpy.props.FloatProperty(name=title, description=description, **shown)


def _box(name: str, title: str, description: str) -> Any:
    default = getattr(_DEFAULTS, name)
    return bpy.props.BoolProperty(
        name=title, description=description, default=default, **_both(name)
    )


def _scale(note: RigNote) -> int:
    return list(ScaleBy).index(note.settings.scale_by)


def _set_scale(note: RigNote, number: int) -> RigNote:
    return replace(note, settings=replace(note.settings, scale_by=list(ScaleBy)[number]))


def _bone(_: Any) -> str:
    chosen = chosen_note(bpy.context)
    return joint_state(*chosen, active_joint(bpy.context)).bone if chosen else ""


def _set_bone(_: Any, bone: str) -> None:
    """Names of no bone are not taken; nothing can be told from here."""
    chosen = chosen_note(bpy.context)
    if chosen is None:
        return
    with contextlib.suppress(RetargetError):
        changed = with_bones(*chosen, {active_joint(bpy.context): bone or None})
        write_note(chosen[0], measured_now(chosen[0], changed))
        live.look_again()


def _heading(note: RigNote) -> bool:
    return note.settings.heading


def _set_heading(_: Any, turns: bool) -> None:
    chosen = chosen_note(bpy.context)
    if chosen is None:
        return
    with contextlib.suppress(RetargetError):
        write_note(chosen[0], turning_root(*chosen, turns))
        live.look_again()


def _foot_lock(note: RigNote) -> float:
    return note.foot_lock


def _set_foot_lock(note: RigNote, value: float) -> RigNote:
    return replace(note, foot_lock=min(max(value, 0.0), 1.0))


def _face_mesh(note: RigNote) -> str:
    return note.settings.face_mesh


def _set_face_mesh(note: RigNote, name: str) -> RigNote:
    return replace(note, settings=replace(note.settings, face_mesh=name))


class LIVEMOCAP_PG_rig(bpy.types.PropertyGroup):
    """Of the chosen character."""

    bone: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Bone",
        description="The bone that the joint chosen in the list moves",
        get=_bone,
        set=_set_bone,
    )
    scale_by: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Scale",
        description="How far the character goes, as against the person",
        items=_SCALES,
        get=_read(_scale, 0),
        set=_write(_set_scale),
    )
    custom_scale: _number("custom_scale", "Factor", "Of the way across the floor")  # type: ignore
    foot_lock: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Foot Lock",
        description="How firmly feet are held where they stand: 0 lets them slide, 1 does not",
        min=0.0,
        max=1.0,
        default=1.0,
        subtype="FACTOR",
        get=_read(_foot_lock, 1.0),
        set=_write(_set_foot_lock),
    )
    flat_feet: _box("flat_feet", "Flat Soles", "Soles as level as in the rest pose")  # type: ignore
    floor_m: _number(  # type: ignore
        "floor_m", "Floor", "Height that the person stands on", subtype="DISTANCE", precision=3
    )
    heading: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Root Turns Too",
        description="The root bone also turns the way the character faces",
        get=_read(_heading, False),
        set=_set_heading,
    )
    smooth: _box("smooth", "Smoothing", "Smooth once more; the stream is smooth already")  # type: ignore
    cutoff_hz: _number(  # type: ignore
        "cutoff_hz", "Cut-off", "Hz that rest keeps: lower is calmer, and comes later"
    )
    speed_coefficient: _number(  # type: ignore
        "speed_coefficient", "Speed", "Hz more for each radian or metre a second: higher lags less"
    )
    fingers: _box("fingers", "Fingers", "Move the fingers; off: they stay as they are posed")  # type: ignore
    finger_gain: _number(  # type: ignore
        "finger_gain", "Finger Gain", "How much fingers bend, as against the person's"
    )
    face: _box("face", "Face", "Move shape keys of the face; off: they stay as they are")  # type: ignore
    face_mesh: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Mesh",
        description="Whose shape keys are moved. Empty: of all meshes on the armature",
        get=_read(_face_mesh, ""),
        set=_write(_set_face_mesh),
    )
    jaw_gain: _number("jaw_gain", "Jaw", "How far the mouth opens, as against the person's")  # type: ignore
    expression_gain: _number(  # type: ignore
        "expression_gain", "Expression", "How strong expressions are. 0: none"
    )


def rig_settings(context: bpy.types.Context) -> Any:
    """What the panels draw."""
    return getattr(context.scene, "livemocap_rig")  # noqa: B009


CLASSES = (LIVEMOCAP_PG_rig,)
SCENE_SETTINGS = {"livemocap_rig": LIVEMOCAP_PG_rig}
