"""Inside a Blender process: everything of rigs that nobody but their user may change, as text.

All RNA properties of objects, armatures, bones, constraints, actions and scenes are walked, so that
what a Blender adds is looked at as well. What a pose is made of is left out, and so is what Blender
works out by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import bpy

_POSE = frozenset({"location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle"})
_WORKED_OUT = {
    "Object": frozenset(
        [
            "location",
            "matrix_world",
            "matrix_local",
            "matrix_basis",
            "bound_box",
            "dimensions",
            "mode",
            "pose_library",
            "children_recursive",
            "children",
            "users_collection",
            "users_scene",
        ]
    ),
    "PoseBone": _POSE
    | frozenset(
        [
            "matrix",
            "matrix_basis",
            "matrix_channel",
            "head",
            "tail",
            "center",
            "length",
            "vector",
            "x_axis",
            "y_axis",
            "z_axis",
            "parent",
            "child",
            "children",
            "children_recursive",
            "bone",
        ]
    ),
    "Bone": frozenset(["parent", "children", "children_recursive"]),
}
_ALWAYS = frozenset(
    [
        "rna_type",
        "session_uid",
        "tag",
        "is_evaluated",
        "is_embedded_data",
        "original",
        "users",
        "preview",
        "bl_system_props",
        "is_library_indirect",
        "is_missing",
        "is_runtime_data",
        "bl_rna",
        "id_data",
        "library_weak_reference",
        "is_valid",
        "error_location",
        "error_rotation",
    ]
)
_OURS = "livemocap"
"""How custom properties of ours begin."""


def fingerprint(rigs: Iterable[Any]) -> dict[str, str]:
    """Each property of rigs, of all actions that were not baked, and of the scene's timing, by its
    path."""
    found: dict[str, str] = {}
    for rig in rigs:
        name = f"{rig.name_full}"
        found.update(_walk(rig, name))
        found.update(_walk(rig.data, f"{name} data"))
        for bone in rig.pose.bones:
            found.update(_walk(bone, f"{name} pose {bone.name}"))
    found["actions"] = repr([action.name_full for action in bpy.data.actions])
    for action in bpy.data.actions:
        if not any(key.startswith(_OURS) for key in action.keys()):  # noqa: SIM118
            found.update(_walk(action, f"action {action.name_full}"))
    scene: Any = bpy.context.scene
    for name in ("fps", "fps_base", "frame_map_old", "frame_map_new"):
        found[f"scene {name}"] = repr(getattr(scene.render, name))
    for name in ("frame_start", "frame_end", "frame_current"):
        found[f"scene {name}"] = repr(getattr(scene, name))
    return found


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What differs, a line each."""
    paths = sorted(before.keys() | after.keys())
    return [
        f"{path}: {before.get(path)} -> {after.get(path)}"
        for path in paths
        if before.get(path) != after.get(path)
    ]


def _walk(thing: Any, path: str) -> Iterator[tuple[str, str]]:
    """Paths and values of a struct and of all that belongs to it alone."""
    kind = thing.bl_rna.identifier
    skipped = _ALWAYS | _WORKED_OUT.get(kind, frozenset())
    for key in _own_keys(thing):
        value = thing[key]
        yield f'{path}["{key}"]', repr(value.to_dict() if hasattr(value, "to_dict") else value)
    for prop in thing.bl_rna.properties:
        if prop.identifier not in skipped:
            yield from _value(thing, prop, f"{path}.{prop.identifier}")


def _own_keys(thing: Any) -> list[str]:
    """Custom properties of the user's."""
    registered = thing.bl_rna.properties  # of add-ons: Blender makes them as they are looked at
    try:
        keys = [key for key in thing.keys() if key not in registered]  # noqa: SIM118
    except (TypeError, AttributeError):  # of a kind that has none
        return []
    return [key for key in keys if not key.startswith(_OURS)]


def _value(thing: Any, prop: Any, path: str) -> Iterator[tuple[str, str]]:
    try:
        value = getattr(thing, prop.identifier)
    except (AttributeError, RuntimeError):  # of another kind of object
        return
    if prop.type == "COLLECTION":
        yield from _collection(value, path)
    elif prop.type == "POINTER":
        yield from _pointed(value, prop, path)
    elif hasattr(value, "__len__") and not isinstance(value, str | set | bytes):
        yield path, repr([list(row) if hasattr(row, "__len__") else row for row in value])
    else:
        yield path, repr(sorted(value) if isinstance(value, set) else value)


def _collection(items: Any, path: str) -> Iterator[tuple[str, str]]:
    """The rows themselves, or, of datablocks, only which they are."""
    yield f"{path} count", repr(len(items))
    for place, item in enumerate(items):
        if isinstance(item, bpy.types.ID):
            yield f"{path}[{place}]", item.name_full
        elif hasattr(item, "bl_rna") and path.count("[") < 6:
            yield from _walk(item, f"{path}[{place}]")


def _pointed(value: Any, prop: Any, path: str) -> Iterator[tuple[str, str]]:
    if value is None or isinstance(value, bpy.types.ID):
        yield path, repr(value and value.name_full)
    elif isinstance(value, bpy.types.Bone | bpy.types.PoseBone):
        yield path, value.name
    elif prop.identifier in _OWN_PARTS:
        yield from _walk(value, path)


_OWN_PARTS = frozenset({"animation_data", "color", "custom", "driver"})
"""Structs that stand in a property and belong to what has it."""
