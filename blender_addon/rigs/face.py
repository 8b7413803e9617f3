# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys of a character's face: which there are, and how they are set. No other is touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from livemocap.rotation import Array
from retarget.rigs.faces import FaceMap, map_face

from .note import RigNote


@dataclass(frozen=True)
class FaceMesh:
    """A mesh with shapes that we know; plain numbers, no reference into Blender's data."""

    name: str
    library: str | None
    """Of the object."""
    keys: tuple[str, ...]
    """Of all its shapes."""
    rows: Array
    """(N,) those that we set."""
    face: FaceMap
    """Of these N."""

    def values(self, jaw_rotvec: Array, expression: Array) -> Array:
        """(..., N)."""
        return self.face.values(jaw_rotvec, expression)

    def shape_keys(self) -> Any:
        """The Key datablock; None: it is gone, or has other shapes now."""
        place = (self.name, self.library)
        found: Any = bpy.data.objects.get(place)
        shape_keys = getattr(getattr(found, "data", None), "shape_keys", None)
        if shape_keys is None or tuple(shape_keys.key_blocks.keys()) != self.keys:
            return None
        return shape_keys


def face_meshes(rig_object: bpy.types.Object, note: RigNote) -> tuple[FaceMesh, ...]:
    """What moves with the face of the one whom a character follows. A jaw that has a bone opens by
    it alone."""
    if not note.settings.face:
        return ()
    by_bone = "jaw" in note.joint_map.matches
    found = (_face_mesh(mesh, by_bone) for mesh in keyed_meshes(rig_object))
    wanted = note.settings.face_mesh
    return tuple(mesh for mesh in found if mesh is not None and wanted in ("", mesh.name))


def keyed_meshes(rig_object: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """All meshes with shape keys that hang on an armature."""
    for mesh in bpy.data.objects:
        if mesh.type == "MESH" and mesh.data.shape_keys and _hangs_on(mesh, rig_object):  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess]
            yield mesh


def set_face(mesh: FaceMesh, jaw_rotvec: Array, expression: Array) -> None:
    """Set its shapes, as far as their sliders go; all others keep what they have."""
    shape_keys = mesh.shape_keys()
    if shape_keys is None:
        return
    values = np.empty(len(mesh.keys), np.float32)
    shape_keys.key_blocks.foreach_get("value", values)
    values[mesh.rows] = mesh.values(jaw_rotvec, expression)
    shape_keys.key_blocks.foreach_set("value", values)
    shape_keys.update_tag()  # arrays alone do not say that anything has changed before 4.4


def limits(mesh: FaceMesh) -> tuple[Array, Array]:
    """(N,) the least and the most that sliders allow."""
    shape_keys = mesh.shape_keys()
    if shape_keys is None:
        return np.zeros(len(mesh.rows)), np.ones(len(mesh.rows))
    blocks = [shape_keys.key_blocks[row] for row in mesh.rows.tolist()]
    return (
        np.array([block.slider_min for block in blocks]),
        np.array([block.slider_max for block in blocks]),
    )


def _face_mesh(mesh: Any, jaw_by_bone: bool) -> FaceMesh | None:
    """A mesh as it is now; None: no shape of it is known."""
    keys = tuple(mesh.data.shape_keys.key_blocks.keys())
    face = map_face(keys)
    if face is None:
        return None
    if jaw_by_bone:
        face = replace(face, jaw=np.zeros_like(face.jaw))
    moved = np.flatnonzero(np.abs(face.jaw).sum(1) + np.abs(face.expression).sum(1))
    if not len(moved):
        return None
    names = tuple(face.names[row] for row in moved.tolist())
    kept = FaceMap(face.title, names, face.jaw[moved], face.expression[moved])
    library = None if mesh.library is None else mesh.library.filepath
    return FaceMesh(mesh.name, library, keys, np.array([keys.index(n) for n in names]), kept)


def _hangs_on(mesh: Any, rig_object: bpy.types.Object) -> bool:
    return mesh.parent == rig_object or any(
        isinstance(modifier, bpy.types.ArmatureModifier) and modifier.object == rig_object
        for modifier in mesh.modifiers
    )
