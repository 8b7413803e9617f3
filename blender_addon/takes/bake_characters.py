# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's motion baked to a character of the user's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from livemocap.coords import R_BLENDER_WORLD
from livemocap.rotation import Array
from retarget.errors import RetargetError
from retarget.motion import PersonMotion
from retarget.rigs.heading import HeadingPlan, heading_plan
from retarget.rigs.rig import Rig, RootMotion
from retarget.rigs.solve import Actor, RigPose, fit, solve
from retarget.rigs.take import HeldFeet, holding_feet

from ..armatures.armature import pose_bones
from ..rigs.channels import headed, turned_bones
from ..rigs.control_rig import switches
from ..rigs.edits import follows_as_noted, new_note, probed
from ..rigs.motion_settings import whole_motion
from ..rigs.note import RigNote, note_here, read_note
from ..rigs.settings import RigSettings
from ..rigs.shape import rig_of
from ..stream.world import AS_IT_COMES, World
from .bake_curves import Curves, Poses, bone_path, turning
from .bake_faces import FaceTake
from .bake_targets import TargetError


@dataclass(frozen=True)
class Character:
    """An armature of the user's: only curves are made, nothing of it is changed."""

    name: str
    actor: Actor
    modes: Mapping[str, str]
    """rotation_mode by bone that is turned, in the order of poses."""
    to_location: Mapping[int, Array]
    """(3, 3) by row of the carrier and the root bone: from metres in the bone's own axes to its
    location property."""
    switches: Mapping[tuple[str, str], float]
    """Custom properties by bone and name that have to have these values."""
    object_location: tuple[Array, Array]
    """(3,) where the object is, and (3, 3) from our world to the space of that."""
    faces: FaceTake
    settings: RigSettings
    heading: HeadingPlan | None
    """The root bone turns too."""
    foot_lock: float = 1.0
    """As noted of it."""

    @classmethod
    def of(
        cls,
        name: str,
        motion: PersonMotion,
        root: RootMotion | None,
        fingers: bool = True,
        world: World = AS_IT_COMES,
    ) -> Character:
        """Read a character, with what was noted of it, or else find its joints.

        Args:
            root: None: as it was noted, by the hips where nothing was.
            fingers: False: they are left alone, whatever was noted.
            world: that the motion is in.

        Raises:
            TargetError: it is gone, linked, or no character that can be moved.
        """
        rigged = _writable(name)
        try:
            note = _note(rigged, root)
            if not fingers:
                note = replace(note, settings=replace(note.settings, fingers=False))
            rig = world.rig(rig_of(rigged, note)[0])
        except RetargetError as error:
            raise TargetError(f"{name}: {error}") from None
        bones = pose_bones(rigged)
        heading = heading_plan(rig) if note.settings.heading else None
        rows = {rig.carrier_row, rig.carrier_row if rig.root_row is None else rig.root_row}
        return cls(
            name=name,
            actor=fit(rig, motion.rest_joints, anchor=motion.pelvis[0]),
            modes={bone: bones[bone].rotation_mode for bone in turned_bones(rig, heading)},
            to_location={row: _to_location(rigged, rig, row, note) for row in rows},
            switches=switches(rigged),
            object_location=(note.location, np.linalg.inv(note.space) @ R_BLENDER_WORLD),
            faces=FaceTake.of(rigged, note),
            heading=heading,
            settings=note.settings,
            foot_lock=note.foot_lock,
        )

    def prepared(self, motion: PersonMotion) -> Iterator[tuple[float, PersonMotion | None]]:
        return whole_motion(motion, self.settings)

    def feet(self, motion: PersonMotion, times_s: Array) -> Iterator[tuple[float, HeldFeet | None]]:
        return holding_feet(self.actor, motion, times_s, self.foot_lock)

    def pose(self, motion: PersonMotion) -> RigPose:
        return headed(self.heading, solve(self.actor, motion.local_wxyz, motion.pelvis))

    def curves(self, poses: Poses) -> Iterator[Curves]:
        rig = self.actor.rig
        hips, root, carried = poses.moves()
        moves = {rig.carrier_row: hips}
        if rig.options.root is RootMotion.ROOT_BONE and rig.root_row is not None:
            moves[rig.root_row] = root + moves.get(rig.root_row, 0)
        for row, metres in moves.items():
            bone = rig.skeleton.names[row]
            yield Curves(bone_path(bone, ".location"), metres @ self.to_location[row].T, bone)
        if rig.options.root is RootMotion.OBJECT:
            still, turn = self.object_location
            yield Curves("location", still + carried @ turn.T, "Object Transforms")
        for (bone, name), value in self.switches.items():
            held = np.full((len(hips), 1), value)
            yield Curves(bone_path(bone, f'["{name}"]'), held, bone)
        for bone, mode in self.modes.items():
            yield turning(bone, mode, poses.next_bone())

    def object(self) -> bpy.types.Object:
        return _writable(self.name)


def _writable(name: str) -> Any:
    """The armature of that name, if an action can be given to it."""
    found: Any = bpy.data.objects.get((name, None))
    if found is None and any(each.name == name for each in bpy.data.objects):
        raise TargetError(
            f"{name} is linked from another file: bake to a library override of it "
            "(Object > Library Override > Make)"
        )
    if found is None or found.type != "ARMATURE":
        raise TargetError(f"{name}: there is no such armature in this file")
    if found.animation_data is not None and found.animation_data.use_tweak_mode:
        raise TargetError(f"{name}: leave the tweak mode of its NLA strip first")
    return found


def _note(rigged: Any, root: RootMotion | None) -> RigNote:
    """What moves the character and from where: from home if the object goes, else from here."""
    noted = read_note(rigged)
    note = new_note(rigged) if noted is None else noted
    if not follows_as_noted(rigged, note):
        note = probed(rigged, note)
    if "pelvis" not in note.joint_map.matches:
        raise TargetError(f"{rigged.name}: no bone was found that is surely its hips")
    note = replace(note, root=note.root if root is None else root)
    if note.root is RootMotion.OBJECT:
        return note
    here = note_here(rigged, note.joint_map)
    return replace(note, home=here.home, location=here.location, space=here.space)


def _to_location(rigged: Any, rig: Rig, row: int, note: RigNote) -> Array:
    """(3, 3) from metres in a bone's own axes to its location, whatever the object's scale."""
    bone = rigged.data.bones[rig.skeleton.names[row]]
    frame = bone if bone.use_local_location or bone.parent is None else bone.parent
    own = np.array(frame.matrix_local.to_3x3())
    return np.linalg.inv(note.home[:3, :3] @ own) @ R_BLENDER_WORLD @ rig.skeleton.axes[row]
