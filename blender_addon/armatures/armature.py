# SPDX-License-Identifier: GPL-3.0-or-later
"""One armature a person: made from rest joints, posed by arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from .bones import BoneLayout, bone_layout


def create_armature(name: str, rest_joints: Array) -> bpy.types.Object:
    """Make and link an armature of 55 bones, named as SMPL-X's joints, in their T-pose.

    Args:
        name: of the object and its armature.
        rest_joints: (55, 3) m, in world axes.

    The object stands at the origin without rotation or scale: root motion is on the pelvis bone.
    The active object and the selection stay as they were; call it in object mode.
    """
    layout = bone_layout(rest_joints)
    armature = bpy.data.armatures.new(name)
    armature_object = bpy.data.objects.new(name, armature)
    bpy.context.scene.collection.objects.link(armature_object)
    _build_bones(armature_object, armature, layout)
    for bone in pose_bones(armature_object):
        bone.rotation_mode = "QUATERNION"
    return armature_object


def pose_order(armature_object: bpy.types.Object) -> Array:
    """(55,) the joint each pose bone follows; Blender keeps bones in an order of its own."""
    return np.array([SMPLX.index(bone.name) for bone in pose_bones(armature_object)])


@dataclass(frozen=True, slots=True)
class ProxyPose:
    """What is written to an armature of `create_armature`'s, in single precision."""

    rotations: Array
    """(55 * 4,) of all bones, as Blender orders them."""
    locations: Array
    """(55 * 3,)."""

    @classmethod
    def of(cls, order: Array, layout: BoneLayout, local_wxyz: Array, pelvis: Array) -> ProxyPose:
        """
        Args:
            order: from `pose_order`; valid until bones are added or renamed.
            layout: `bone_layout` of the rest joints the armature was made from.
            local_wxyz: (55, 4) parent-relative joint rotations.
            pelvis: (3,) m, world.
        """
        rotations = layout.basis_rotations(local_wxyz)[order]
        locations = np.zeros((len(order), 3), np.float32)
        locations[order == 0] = layout.root_location(pelvis)
        return cls(np.ascontiguousarray(rotations, np.float32).ravel(), locations.ravel())


def set_pose(armature_object: bpy.types.Object, pose: ProxyPose) -> None:
    """Pose all bones at once, without evaluating anything."""
    bones = pose_bones(armature_object)
    bones.foreach_set("rotation_quaternion", pose.rotations)
    bones.foreach_set("location", pose.locations)
    armature_object.update_tag(refresh={"DATA"})


def pose_bones(armature_object: bpy.types.Object) -> Any:
    """The pose bones of an object that is an armature."""
    assert armature_object.pose is not None, f"{armature_object.name} is no armature"
    return armature_object.pose.bones


@contextmanager
def selected_alone(alone: Sequence[bpy.types.Object]) -> Iterator[None]:
    """These are selected and nothing else, for a moment: edit mode and pose mode take all selected
    armatures along."""
    before = list(bpy.context.view_layer.objects.selected)
    _select(before, False)
    _select(alone, True)
    try:
        yield
    finally:
        _select(alone, False)
        _select(before, True)


def _select(objects: Sequence[bpy.types.Object], selected: bool) -> None:
    for each in objects:
        each.select_set(selected)


def _build_bones(
    armature_object: bpy.types.Object, armature: bpy.types.Armature, layout: BoneLayout
) -> None:
    """Fill an empty armature; bones can be made in edit mode only."""
    layer = bpy.context.view_layer
    active = layer.objects.active
    layer.objects.active = armature_object
    with selected_alone(()):
        bpy.ops.object.mode_set(mode="EDIT")
        _add_bones(armature, layout)
        bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = active


def _add_bones(armature: bpy.types.Armature, layout: BoneLayout) -> None:
    bones = armature.edit_bones
    for joint, name in enumerate(SMPLX.names):
        bone = bones.new(name)
        bone.head, bone.tail = layout.heads[joint].tolist(), layout.tails[joint].tolist()
        bone.align_roll(layout.axes[joint, :, 2].tolist())
        if SMPLX.parents[joint] >= 0:
            bone.parent = bones[SMPLX.names[SMPLX.parents[joint]]]
