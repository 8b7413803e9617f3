# SPDX-License-Identifier: GPL-3.0-or-later
"""A character with its meshes as Blender's own exporter writes it, without motion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from .plan import ExportError
from .stage import stage


def write_character(name: str, frame: float, path: Path) -> None:
    """Write an armature and the meshes that it moves as FBX in metres.

    Args:
        frame: of the scene, whose pose the file shows where nothing is animated.

    Raises:
        ExportError: it moves no mesh, or Blender's exporter of FBX is switched off.
    """
    with stage(name) as (scene, armature):
        skins = [each for each in bpy.data.objects if _moves(armature, each)]
        if not skins:
            raise ExportError(f"{name} moves no mesh: export it without meshes")
        for skin in skins:
            scene.collection.objects.link(skin)
        scene.frame_set(int(frame // 1), subframe=frame % 1)
        try:
            with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
                bpy.ops.export_scene.fbx(
                    filepath=str(path),
                    check_existing=False,
                    use_selection=False,
                    object_types={"ARMATURE", "MESH"},
                    apply_scale_options="FBX_SCALE_ALL",
                    axis_forward="-Z",
                    axis_up="Y",
                    add_leaf_bones=False,
                    bake_anim=False,
                )
        except (AttributeError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[-1]
            raise ExportError(f"Blender could not write the meshes of {name}: {reason}") from None


def _moves(armature: Any, candidate: Any) -> bool:
    return candidate.type == "MESH" and any(
        modifier.type == "ARMATURE" and modifier.object == armature
        for modifier in candidate.modifiers
    )
