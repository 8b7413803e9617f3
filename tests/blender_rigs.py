"""Inside a Blender process: characters as armatures of somebody else's making."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix

from livemocap.coords import R_BLENDER_WORLD
from livemocap.rotation import Array
from retarget.rigs.skeleton import RigSkeleton


def build_armature(name: str, skeleton: RigSkeleton, placed: Array) -> bpy.types.Object:
    """An armature whose bones stand in the world as `skeleton` says.

    Args:
        placed: (4, 4) of the object, in Blender's axes.
    """
    data = bpy.data.armatures.new(name)
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    made.matrix_world = Matrix(placed)
    bpy.context.view_layer.objects.active = made
    bpy.ops.object.mode_set(mode="EDIT")
    inverse = np.linalg.inv(placed)
    axes = R_BLENDER_WORLD @ skeleton.axes
    for row, bone_name in enumerate(skeleton.names):
        bone = data.edit_bones.new(bone_name)
        head, tail = _points(inverse, np.stack([skeleton.heads[row], skeleton.tails[row]]))
        bone.head, bone.tail = head.tolist(), tail.tolist()
        bone.align_roll((inverse[:3, :3] @ axes[row, :, 2]).tolist())
        if skeleton.parents[row] >= 0:
            bone.parent = data.edit_bones[skeleton.names[skeleton.parents[row]]]
    bpy.ops.object.mode_set(mode="OBJECT")
    return made


def bind_skin(armature_object: bpy.types.Object, bones: list[str]) -> bpy.types.Object:
    """A mesh of one triangle for each of `bones`, which follows it."""
    corners = [armature_object.data.bones[name].head_local for name in bones]
    size = max(bone.length for bone in armature_object.data.bones)
    steps = ((0, 0, 0), (size, 0, 0), (0, size, 0))
    points = [tuple(np.array(corner) + step) for corner in corners for step in steps]
    mesh = bpy.data.meshes.new("skin")
    mesh.from_pydata(points, [], [(3 * n, 3 * n + 1, 3 * n + 2) for n in range(len(bones))])
    skin = bpy.data.objects.new("skin", mesh)
    bpy.context.scene.collection.objects.link(skin)
    skin.parent = armature_object
    skin.modifiers.new("Armature", "ARMATURE").object = armature_object
    for n, name in enumerate(bones):
        skin.vertex_groups.new(name=name).add([3 * n, 3 * n + 1, 3 * n + 2], 1.0, "REPLACE")
    return skin


def _points(T: Array, world: Array) -> Array:
    return (world @ R_BLENDER_WORLD.T) @ T[:3, :3].T + T[:3, 3]
