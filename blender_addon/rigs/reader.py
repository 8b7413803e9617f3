# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature of anybody's as bones in our world frame. Reads only: nothing is changed."""

from __future__ import annotations

import bpy
import numpy as np

from livemocap.coords import R_BLENDER_WORLD
from livemocap.rotation import Array
from retarget.errors import RetargetError
from retarget.rigs.skeleton import RigSkeleton

from ..armatures.armature import pose_bones


def rest_skeleton(armature_object: bpy.types.Object, placed: Array | None = None) -> RigSkeleton:
    """The rest pose, where the object stands now; one Blender unit is a metre.

    Args:
        placed: (4, 4) as if the object stood there, in Blender's axes.

    Raises:
        RetargetError: it has no bones, or its scale mirrors or flattens it.
    """
    bones = _armature(armature_object).bones
    return _skeleton(
        armature_object,
        np.array([bone.matrix_local for bone in bones], float),
        np.array([bone.tail_local for bone in bones], float),
        placed,
    )


def posed_skeleton(armature_object: bpy.types.Object, placed: Array | None = None) -> RigSkeleton:
    """The same bones in the same order, as they are posed now.

    Raises:
        RetargetError: as for `rest_skeleton`.
    """
    posed = pose_bones(armature_object)
    bones = [posed[bone.name] for bone in _armature(armature_object).bones]
    return _skeleton(
        armature_object,
        np.array([bone.matrix for bone in bones], float),
        np.array([bone.tail for bone in bones], float),
        placed,
    )


def _armature(armature_object: bpy.types.Object) -> bpy.types.Armature:
    armature = armature_object.data
    assert isinstance(armature, bpy.types.Armature), f"{armature_object.name} is no armature"
    if not armature.bones:
        raise RetargetError(f"armature {armature_object.name} has no bones")
    return armature


def _skeleton(
    armature_object: bpy.types.Object,
    in_armature: Array,
    tails_in_armature: Array,
    placed: Array | None,
) -> RigSkeleton:
    """(B, 4, 4) and (B, 3) in the armature's space to our world."""
    bones = _armature(armature_object).bones
    rows = {bone.name: row for row, bone in enumerate(bones)}
    placed = np.array(armature_object.matrix_world, float) if placed is None else placed
    if np.linalg.det(placed[:3, :3]) <= 0:
        raise RetargetError(
            f"armature {armature_object.name} is mirrored or flattened by its scale: "
            "apply the scale first (Object > Apply > Scale)"
        )
    in_world = placed @ in_armature
    tails = tails_in_armature @ placed[:3, :3].T + placed[:3, 3]
    return RigSkeleton(
        names=tuple(rows),
        parents=tuple(-1 if bone.parent is None else rows[bone.parent.name] for bone in bones),
        heads=in_world[:, :3, 3] @ R_BLENDER_WORLD,
        axes=R_BLENDER_WORLD.T @ _nearest_rotations(in_world[:, :3, :3]),
        tails=tails @ R_BLENDER_WORLD,
        deforms=_deforms(armature_object),
        connected=tuple(bone.use_connect for bone in bones),
    )


def _nearest_rotations(matrices: Array) -> Array:
    """(B, 3, 3) without the scale and shear that objects, and posed bones, may have."""
    left, _, right = np.linalg.svd(matrices)
    left[..., 2] *= np.linalg.det(left @ right)[..., None]
    return left @ right


def _deforms(armature_object: bpy.types.Object) -> tuple[bool, ...]:
    """Which bones skin follows; where there is none, which were meant for it, if anybody said."""
    bones = _armature(armature_object).bones
    skinned = _skin_groups(armature_object)
    flags = [bone.use_deform for bone in bones]
    if not any(bone.name in skinned for bone in bones):
        return () if all(flags) else tuple(flags)
    return tuple(flag and bone.name in skinned for bone, flag in zip(bones, flags, strict=True))


def _skin_groups(armature_object: bpy.types.Object) -> set[str]:
    """Names of the vertex groups of all meshes that the armature moves."""
    return {
        group.name
        for other in bpy.data.objects
        if other.type == "MESH" and _moves(armature_object, other)
        for group in other.vertex_groups
    }


def _moves(armature_object: bpy.types.Object, mesh: bpy.types.Object) -> bool:
    return any(
        isinstance(modifier, bpy.types.ArmatureModifier) and modifier.object == armature_object
        for modifier in mesh.modifiers
    ) or (mesh.parent == armature_object and mesh.parent_type == "ARMATURE")
