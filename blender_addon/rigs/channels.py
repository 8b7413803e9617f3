# SPDX-License-Identifier: GPL-3.0-or-later
"""A pose onto the bones of a character of the user's, each in the rotation mode that it is in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from livemocap.coords import R_BLENDER_WORLD
from livemocap.rotation import Array, matrix_from_quat, rotvec_from_quat
from retarget.euler import continuous_euler, euler_from_matrix
from retarget.rigs.heading import HeadingPlan, heading_plan, with_heading
from retarget.rigs.rig import Rig, RootMotion
from retarget.rigs.solve import RigPose

from ..armatures.armature import pose_bones
from .note import RigNote

_MODES = ("QUATERNION", "XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
"""Blender's numbers of them, from 0."""

_AXIS_ANGLE = -1


@dataclass(frozen=True)
class _Group:
    """Driven bones of one rotation mode."""

    mode: int
    bones: Array
    """(N,) places in `pose.bones`."""
    rows: Array | None
    """(N,) rows of the pose; None: all, in their order."""
    channel: str
    """The property of that mode."""
    table: Array
    """(B, 3 or 4) single precision, room for that property of all pose bones."""

    @classmethod
    def of(cls, mode: int, modes: Array, bones: Array) -> _Group:
        """Those of `bones`, places in `modes`, that are in this mode."""
        rows = np.flatnonzero(modes[bones] == mode)
        channel, width = _channel(mode)
        table = np.empty((len(modes), width), np.float32)
        return cls(mode, bones[rows], None if len(rows) == len(bones) else rows, channel, table)


@dataclass(frozen=True)
class _Mover:
    """A bone that is moved."""

    bone: int
    to_own: Array
    """(3, 3) takes what the pose says to the bone's location."""

    def move(self, bones: Any, moved: Array) -> None:
        """By (3,) m, as the pose says it; of so few bones one by one costs less than all."""
        bones[self.bone].location = (self.to_own @ moved).tolist()


@dataclass(frozen=True)
class RigChannels:
    """Where a rig's pose goes; plain numbers, no reference into Blender's data."""

    count: int
    """Pose bones in all."""
    groups: tuple[_Group, ...]
    carrier: _Mover
    root: _Mover | None
    """None: the root bone does not carry the character."""
    carried: tuple[Array, Array] | None
    """(3,) the object's location at home and (3, 3) what takes a move in our world to its own;
    None: the object does not carry the character."""
    heading: HeadingPlan | None = None
    """The root bone turns too: its rotation is the last row of the pose."""

    @classmethod
    def of(cls, rig_object: bpy.types.Object, rig: Rig, note: RigNote) -> RigChannels:
        """As the object's bones are now; good while they are these, and in these modes."""
        places = {bone.name: place for place, bone in enumerate(pose_bones(rig_object))}
        modes = rotation_modes(rig_object)
        heading = heading_plan(rig) if note.settings.heading else None
        bones = np.array([places[name] for name in turned_bones(rig, heading)])
        groups = [_Group.of(mode, modes, bones) for mode in np.unique(modes[bones]).tolist()]
        names = rig.skeleton.names
        root = rig.root_row if note.root is RootMotion.ROOT_BONE else None
        inward = np.linalg.inv(note.space) @ R_BLENDER_WORLD
        return cls(
            count=len(places),
            groups=tuple(groups),
            carrier=_mover(rig_object, rig, note, places[names[rig.carrier_row]]),
            root=None if root is None else _mover(rig_object, rig, note, places[names[root]]),
            carried=(note.location, inward) if note.root is RootMotion.OBJECT else None,
            heading=heading,
        )


def turned_bones(rig: Rig, heading: HeadingPlan | None) -> tuple[str, ...]:
    """Names of the bones that poses have rotations of: with a heading, the root bone's is last."""
    if heading is None or rig.root_row is None:
        return rig.bones
    return (*rig.bones, rig.skeleton.names[rig.root_row])


def headed(heading: HeadingPlan | None, pose: RigPose) -> RigPose:
    """The pose with the root bone's rotation behind the others, if that turns too."""
    if heading is None:
        return pose
    pose, root_wxyz = with_heading(heading, pose)
    quats = np.concatenate([pose.rotations_wxyz, root_wxyz[..., None, :]], -2)
    return replace(pose, rotations_wxyz=quats)


def rotation_modes(rig_object: bpy.types.Object) -> Array:
    """(B,) a number for each pose bone's rotation mode."""
    bones = pose_bones(rig_object)
    modes = np.empty(len(bones), np.int32)
    bones.foreach_get("rotation_mode", modes)
    return modes


def set_rig_pose(rig_object: bpy.types.Object, channels: RigChannels, pose: RigPose) -> None:
    """Pose the driven bones without evaluating anything; all others keep what they have.

    Setting a single location tells Blender that the pose has changed; arrays alone do not.
    """
    bones, pose = pose_bones(rig_object), headed(channels.heading, pose)
    for group in channels.groups:
        _turn(bones, group, pose.rotations_wxyz)
    channels.carrier.move(bones, pose.hips_m)
    if channels.root is not None:
        channels.root.move(bones, pose.root_m)
    if channels.carried is not None:
        location, inward = channels.carried
        rig_object.location = (location + inward @ pose.object_m).tolist()


def _turn(bones: Any, group: _Group, rotations_wxyz: Array) -> None:
    """One channel of all bones is read, changed where we drive, and written."""
    channel, table, values = group.channel, group.table, group.table.ravel()
    quats = rotations_wxyz if group.rows is None else rotations_wxyz[group.rows]
    bones.foreach_get(channel, values)
    if group.mode == _AXIS_ANGLE:
        table[group.bones] = _axis_angles(quats)
    elif group.mode == 0:
        table[group.bones] = quats
    else:
        table[group.bones] = _eulers(quats, _MODES[group.mode], table[group.bones])
    bones.foreach_set(channel, values)


def _channel(mode: int) -> tuple[str, int]:
    if mode == _AXIS_ANGLE:
        return "rotation_axis_angle", 4
    return ("rotation_quaternion", 4) if mode == 0 else ("rotation_euler", 3)


def _axis_angles(quats: Array) -> Array:
    """(N, 4) angle and axis."""
    rotvecs = rotvec_from_quat(quats)
    angles = np.linalg.norm(rotvecs, axis=-1, keepdims=True)
    axes = np.where(angles > 1e-8, rotvecs / np.maximum(angles, 1e-8), [0.0, 1.0, 0.0])
    return np.concatenate([angles, axes], -1)


def _eulers(quats: Array, mode: str, before: Array) -> Array:
    """(N, 3) about x, y, z, the nearest to (N, 3) before; Blender turns about the first first."""
    order = mode[::-1]
    axes = ["XYZ".index(axis) for axis in order]
    angles = euler_from_matrix(matrix_from_quat(quats), order)
    found = np.empty_like(angles)
    found[:, axes] = continuous_euler(np.stack([before[:, axes], angles]))[1]
    return found


def _mover(rig_object: bpy.types.Object, rig: Rig, note: RigNote, place: int) -> _Mover:
    """From the axes that the pose is in to those that Blender takes a location in."""
    bone = pose_bones(rig_object)[place].bone
    frame = bone if bone.use_local_location or bone.parent is None else bone.parent
    axes = rig.skeleton.axes[rig.skeleton.rows[bone.name]]
    in_armature = np.linalg.inv(note.home[:3, :3]) @ R_BLENDER_WORLD @ axes
    return _Mover(place, np.linalg.inv(np.array(frame.matrix_local, float)[:3, :3]) @ in_armature)
