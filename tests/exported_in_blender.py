"""Inside a Blender process: baked characters to be exported, and where they are seen to be."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from action_curves import all_curves

from livemocap.coords import R_BLENDER_WORLD


def untouched(scene: Any) -> str:
    """All that an export could have changed of a file."""
    render = scene.render
    kinds = ("actions", "objects", "armatures", "collections", "scenes", "meshes", "node_groups")
    curves = [
        np.array([key.co[:] for key in curve.keyframe_points]).tobytes()
        for action in bpy.data.actions
        for curve in all_curves(action)
    ]
    posed = [
        (o.name, np.array([b.matrix_basis for b in o.pose.bones]).tobytes(), o.select_get())
        for o in bpy.data.objects
        if o.type == "ARMATURE"
    ]
    return repr((
        scene.frame_current_final, scene.frame_start, scene.frame_end, render.fps, render.fps_base,
        scene.frame_preview_start, scene.use_preview_range, bpy.context.scene.name,
        [(kind, sorted(each.name for each in getattr(bpy.data, kind))) for kind in kinds],
        [(each.name, each.users, each.use_fake_user) for each in bpy.data.actions], curves, posed,
    ))  # fmt: skip


def evaluated(name: str, first: float, count: int, step: Fraction, folder: Path) -> None:
    """Save names and (T, B, 3) m of an armature's joints, +Y up, as the user's own scene has them
    on frames first, first + step ..."""
    scene, armature = bpy.context.scene, bpy.data.objects[name]
    now, heads = scene.frame_current, []
    for k in range(count):
        frame = first + float(k * step)
        frame = round(frame) if abs(frame - round(frame)) < 1e-6 else frame
        scene.frame_set(int(frame // 1), subframe=frame % 1)
        found = [armature.matrix_world @ bone.head for bone in armature.pose.bones]
        heads.append(np.array(found) @ R_BLENDER_WORLD)
    names = [bone.name for bone in armature.pose.bones]
    parents = ["" if b.parent is None else b.parent.name for b in armature.pose.bones]
    np.savez(folder / f"{name}.npz", names=names, parents=parents, heads=np.array(heads))
    scene.frame_set(now)
