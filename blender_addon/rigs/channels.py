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

    def values(self, rotations_wxyz: Array) -> Array:
        """What is written for a pose's (D, 4) rotations: (N, 4), or (N, 3) angles that are still to
        be brought near to those before."""
        quats = rotations_wxyz if self.rows is None else rotations_wxyz[self.rows]
        if self.mode == _AXIS_ANGLE:
            return _axis_angles(quats)
        if self.mode == 0:
            return quats.astype(np.float32)
        return euler_from_matrix(matrix_from_quat(quats), _order(self.mode))

    def write(self, bones: Any, values: Array) -> None:
        """The channel of all bones is read, changed where we drive, and written."""
        flat = self.table.ravel()
        bones.foreach_get(self.channel, flat)
        if self.mode > 0:
            values = _near(self.table[self.bones], values, _order(self.mode))
        self.table[self.bones] = values
        bones.foreach_set(self.channel, flat)


@dataclass(frozen=True)
class _Mover:
    """A bone that is moved."""

    bone: int
    to_own: Array
    """(3, 3) takes what the pose says to the bone's location."""

    def location(self, moved: Array) -> tuple[int, list[float]]:
        """The bone and where it is, moved by (3,) m as the pose says it."""
        return self.bone, (self.to_own @ moved).tolist()


@dataclass(frozen=True)
class ReadyPose:
    """A pose as Blender takes it."""

    turns: list[Array]
    """`_Group.values`, in their order."""
    locations: list[tuple[int, list[float]]]
    """Of bones, by place; of so few one by one costs less than of all."""
    carried: list[float] | None
    """The object's location, if it carries the character."""


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

    def ready(self, pose: RigPose) -> ReadyPose:
        """All that can be done for a pose without Blender, in any thread."""
        pose, carried = headed(self.heading, pose), None
        locations = [self.carrier.location(pose.hips_m)]
        if self.root is not None:
            locations.append(self.root.location(pose.root_m))
        if self.carried is not None:
            at_home, inward = self.carried
            carried = (at_home + inward @ pose.object_m).tolist()
        turns = [group.values(pose.rotations_wxyz) for group in self.groups]
        return ReadyPose(turns, locations, carried)

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


def set_rig_pose(rig_object: bpy.types.Object, channels: RigChannels, pose: ReadyPose) -> None:
    """Pose the driven bones without evaluating anything; all others keep what they have.

    Setting a single location tells Blender that the pose has changed; arrays alone do not.
    """
    bones = pose_bones(rig_object)
    for group, values in zip(channels.groups, pose.turns, strict=True):
        group.write(bones, values)
    for bone, location in pose.locations:
        bones[bone].location = location
    if pose.carried is not None:
        rig_object.location = pose.carried


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


def _order(mode: int) -> str:
    """Blender turns about the first axis of a mode's name first."""
    return _MODES[mode][::-1]


def _near(before: Array, angles: Array, order: str) -> Array:
    """(N, 3) about x, y, z, the nearest to (N, 3) before, of angles about the axes in `order`."""
    axes = ["XYZ".index(axis) for axis in order]
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
