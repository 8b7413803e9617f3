"""Inside a Blender process: characters that follow the stream, and how well they do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import bpy
import numpy as np
from blender_rigs import build_armature
from mathutils import Matrix
from rigs_made import MadeRig, made_rig

from blender_addon.rigs.note import read_note, write_note
from livemocap.coords import blender_from_world
from livemocap.messages import TrackFrame
from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX

PLACED = Matrix.Rotation(0.7, 4, (1, 2, 3)) @ Matrix.Scale(0.02, 4)

LIMBS = [
    (f"{side}_{joint}", f"{side}_{child}")
    for side in ("left", "right")
    for joint, child in (
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        ("hip", "knee"),
        ("knee", "ankle"),
    )
]


def add_rig(name: str, placed: Any = PLACED, **how: Any) -> MadeRig:
    """A character of `made_rig` in the scene, active and selected."""
    made = made_rig(**how)
    built = build_armature(name, made.skeleton, np.array(placed))
    select(built)
    return made


def select(*some: Any) -> None:
    """These alone; the last is active."""
    bpy.ops.object.select_all(action="DESELECT")
    for each in some:
        each.select_set(True)
        bpy.context.view_layer.objects.active = each


def assign(name: str, person: int | str = "", foot_lock: float = 0.0, **how: Any) -> None:
    """By the button. Feet are not held unless asked for: most tests look where limbs point."""
    rig = bpy.data.objects[name]
    select(rig)
    assert bpy.ops.livemocap.rig_assign(person=str(person), **how) == {"FINISHED"}
    hold_feet(rig, foot_lock)


def hold_feet(rig: Any, foot_lock: float) -> None:
    note = read_note(rig)
    assert note is not None
    write_note(rig, replace(note, foot_lock=foot_lock))


def worst_limb_deg(name: str, made: MadeRig, frame: TrackFrame, track_id: int) -> float:
    """The largest angle between a limb of the character, as Blender shows it, and its person's."""
    bpy.context.view_layer.update()
    rig: Any = bpy.data.objects[name]
    joints = blender_from_world(frame.joints[frame.track_ids.tolist().index(track_id)])
    worst = 0.0
    for joint, child in LIMBS:
        if joint in made.bones and child in made.bones:
            at, end = (rig.pose.bones[made.bones[each]].head for each in (joint, child))
            theirs = np.array(rig.matrix_world @ end - rig.matrix_world @ at)
            ours = joints[SMPLX.index(child)] - joints[SMPLX.index(joint)]
            worst = max(worst, _angle_deg(theirs, ours))
    return worst


def hips_m(name: str, made: MadeRig) -> Array:
    """(3,) m in Blender's world."""
    bpy.context.view_layer.update()
    rig: Any = bpy.data.objects[name]
    return np.array(rig.matrix_world @ rig.pose.bones[made.bones["pelvis"]].head)


def untouched(name: str) -> str:
    """All of a rig that a pose does not change, as text."""
    rig: Any = bpy.data.objects[name]
    bones = [
        (b.name, [list(row) for row in b.matrix_local], b.use_inherit_rotation, b.use_connect)
        for b in rig.data.bones
    ]
    posed = [
        (b.name, b.rotation_mode, len(b.constraints), list(b.scale), list(b.lock_rotation))
        for b in rig.pose.bones
    ]
    own = [[list(row) for row in rig.matrix_basis], rig.animation_data is None, rig.hide_viewport]
    return repr((bones, posed, own, bpy.context.scene.render.fps, len(bpy.data.actions)))


def _angle_deg(a: Array, b: Array) -> float:
    a, b = normalize(a), normalize(b)
    return math.degrees(math.atan2(float(np.linalg.norm(np.cross(a, b))), float(a @ b)))
