# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody's character file into this Blender's scene, for its armatures."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from retarget.bvh import read_bvh
from retarget.errors import RetargetError
from retarget.rigs.bvh_rig import guess_metres_per_unit
from retarget.rigs.gltf import save_bones_and_skin

from ..armatures.armature import pose_bones


def import_armatures(path: Path) -> list[bpy.types.Object]:
    """Bring in .fbx, .glb, .gltf, .vrm, .bvh or .blend beside what is there, for its bones.

    Animations are left out, looks where that is possible. The file is not changed and no script in
    it is run.

    Raises:
        RetargetError: no armature is in it, or the file is of another kind.
        RuntimeError: what Blender's importer says.
        OSError: a .blend that is damaged or too new.
    """
    suffix = path.suffix.lower()
    if suffix not in _IMPORTERS:
        raise RetargetError(f"expected one of {', '.join(_IMPORTERS)}")
    before = set(bpy.data.objects)
    _IMPORTERS[suffix](path)
    bpy.context.view_layer.update()
    new = [o for o in bpy.data.objects if o not in before]
    found = [o for o in new if _has_bones(o) and not _is_metarig(o)]
    if not found:
        raise RetargetError(_why_none(new))
    return found


def _import_fbx(path: Path) -> None:
    bpy.ops.import_scene.fbx(filepath=str(path), use_anim=False, use_image_search=False)


def _import_gltf(path: Path) -> None:
    bpy.ops.import_scene.gltf(filepath=str(path), disable_bone_shape=True)


def _import_glb(path: Path) -> None:
    """A .vrm is a .glb by another name."""
    with tempfile.TemporaryDirectory(prefix="livemocap-rig-") as folder:
        copy = Path(folder) / "rig.glb"
        save_bones_and_skin(path, copy)
        _import_gltf(copy)


def _import_bvh(path: Path) -> None:
    """As large as we read it ourselves; the scene's rate and length stay its own."""
    before = set(bpy.data.objects)
    size = guess_metres_per_unit(read_bvh(path))
    bpy.ops.import_anim.bvh(
        filepath=str(path), global_scale=size, update_scene_fps=False, update_scene_duration=False
    )
    for new in set(bpy.data.objects) - before:
        new.animation_data_clear()
        for bone in pose_bones(new):
            bone.matrix_basis.identity()


def _append_blend(path: Path) -> None:
    """Objects of all its scenes; what is hidden there would have no place in the world here."""
    libraries: Any = bpy.data.libraries
    with libraries.load(str(path), link=False) as (theirs, ours):
        ours.objects = theirs.objects
    shown = bpy.context.scene.collection.objects
    for armature_object in [o for o in ours.objects if o.type == "ARMATURE"]:
        above: bpy.types.Object | None = armature_object
        while above is not None and above.name not in shown:
            above.hide_viewport = False
            shown.link(above)
            above = above.parent


_IMPORTERS = {
    ".fbx": _import_fbx,
    ".glb": _import_glb,
    ".gltf": _import_gltf,
    ".vrm": _import_glb,
    ".bvh": _import_bvh,
    ".blend": _append_blend,
}


def _has_bones(some: bpy.types.Object) -> bool:
    return isinstance(some.data, bpy.types.Armature) and len(some.data.bones) > 0


def _is_metarig(armature_object: bpy.types.Object) -> bool:
    """Whether it is the plan of a Rigify rig that is in the file as well."""
    assert armature_object.data is not None
    generated = armature_object.data.get("rigify_target_rig")
    return generated is not None and generated != armature_object


def _why_none(imported: Sequence[bpy.types.Object]) -> str:
    bare = sum(o.type == "EMPTY" for o in imported)
    if not bare:
        return "there is no armature in this file"
    return (
        f"there is no armature in this file, only {bare} bare nodes: Blender makes bones of "
        "nodes that a skin follows; export the character with a skinned mesh"
    )
