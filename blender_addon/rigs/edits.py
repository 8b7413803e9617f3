# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may change about a character, as plain functions; buttons call them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from livemocap.rotation import Array
from retarget.errors import RetargetError
from retarget.rigs.calibrate import calibration_from_pose
from retarget.rigs.mapping import map_joints
from retarget.rigs.rig import RootMotion
from retarget.rigs.solve import fit

from ..armatures.armature import pose_bones
from ..preferences import default_foot_lock
from .actors import Rule
from .control_rig import followed, moving_parents
from .note import RigNote, note_here, note_text, read_note, skeleton_at_home, write_note
from .reader import posed_skeleton, rest_skeleton
from .shape import rig_of
from .user_presets import known_presets
from .weight import is_too_heavy


def noted_rigs() -> list[tuple[bpy.types.Object, RigNote]]:
    """The characters of this file, by name."""
    armatures = [each for each in bpy.data.objects if each.type == "ARMATURE"]
    noted = [(each, read_note(each)) for each in armatures if note_text(each) is not None]
    return [(each, note) for each, note in noted if note is not None]


def new_note(rig_object: bpy.types.Object) -> RigNote:
    """A character as it stands now, its joints found.

    Raises:
        RetargetError: it has no bones, or its scale mirrors or flattens it.
    """
    bpy.context.view_layer.update()
    note = note_here(rig_object, map_joints(rest_skeleton(rig_object), known_presets()))
    return probed(rig_object, replace(note, foot_lock=default_foot_lock()))


def found_anew(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
    """With joints looked for again; calibrations by hand are kept where the bone is the same.

    Raises:
        RetargetError: as for `new_note`.
    """
    joint_map = map_joints(skeleton_at_home(rig_object, note), known_presets())
    same = {
        joint: C
        for joint, C in note.calibration.items()
        if joint_map.bones.get(joint) == note.joint_map.bones.get(joint)
    }
    found = replace(note, joint_map=joint_map, calibration=same, by_hand=frozenset())
    return probed(rig_object, found)


def given_to(
    rig_object: bpy.types.Object, note: RigNote, track_id: int | None, *, shares: bool
) -> RigNote:
    """Following a person; None: whom its rule finds. Another character that follows them is
    dropped, unless they are to be shared. One that is too heavy to move live beside the others is
    paused: the stand-in shows the person, and takes are baked to it."""
    if track_id is not None and not shares:
        for other, noted in noted_rigs():
            if other != rig_object and noted.track_id == track_id and not noted.shares:
                write_note(other, replace(noted, rule=Rule.NOBODY, track_id=None))
    rule = Rule.NEAREST if note.rule is Rule.NOBODY else note.rule
    lives = not is_too_heavy(rig_object)
    return replace(note, rule=rule, track_id=track_id, shares=shares, live=lives)


def rooted(rig_object: bpy.types.Object, note: RigNote, root: RootMotion) -> RigNote:
    """With something else that carries it; what carried it before goes home.

    Raises:
        RetargetError: there is no bone above the hips.
    """
    changed = replace(note, root=root)
    rig_of(rig_object, changed)
    if note.root is RootMotion.OBJECT:
        rig_object.location = note.location.tolist()
    if note.root is RootMotion.ROOT_BONE:
        bone = _root_bone(rig_object, note)
        bone.location = (0.0, 0.0, 0.0)
        if note.settings.heading:
            _turn_home(bone)
    return changed


def turning_root(rig_object: bpy.types.Object, note: RigNote, turns: bool) -> RigNote:
    """With a root bone that turns the way the character faces, or one that is turned home."""
    if note.root is RootMotion.ROOT_BONE and note.settings.heading and not turns:
        _turn_home(_root_bone(rig_object, note))
    return replace(note, settings=replace(note.settings, heading=turns))


def _root_bone(rig_object: bpy.types.Object, note: RigNote) -> Any:
    rig, _ = rig_of(rig_object, note)
    assert rig.root_row is not None, "it was checked when it was chosen"
    return pose_bones(rig_object)[rig.skeleton.names[rig.root_row]]


def _turn_home(bone: Any) -> None:
    """In the rotation mode that it is in; the others are the user's."""
    if bone.rotation_mode == "QUATERNION":
        bone.rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
    elif bone.rotation_mode == "AXIS_ANGLE":
        bone.rotation_axis_angle = (0.0, 0.0, 1.0, 0.0)
    else:
        bone.rotation_euler = (0.0, 0.0, 0.0)


def calibrated(
    rig_object: bpy.types.Object, note: RigNote, local_wxyz: Array | None = None
) -> RigNote:
    """With the pose that it is in now taken for the actor's.

    Args:
        local_wxyz: (55, 4) how the actor stands; None: in the T-pose.

    Raises:
        RetargetError: it cannot be moved.
    """
    bpy.context.view_layer.update()
    rig, _ = rig_of(rig_object, replace(note, calibration={}))
    posed = posed_skeleton(rig_object, note.home)
    C = calibration_from_pose(rig.skeleton, posed, rig.joint_map, local_wxyz)
    return replace(note, calibration=C)


def measured(rig_object: bpy.types.Object, note: RigNote, rest_joints: Array) -> RigNote:
    """With how far limbs point from an actor's; nothing where it cannot be moved."""
    try:
        rig, _ = rig_of(rig_object, note)
    except RetargetError:
        return replace(note, residual_deg={})
    return replace(note, residual_deg=fit(rig, np.asarray(rest_joints, float)).residuals_deg)


def swapped(
    one: RigNote, other: RigNote, people: tuple[int | None, int | None]
) -> tuple[RigNote, RigNote]:
    """Each with the other's rule and person: whom they follow now, or were given."""
    first, second = (
        note.track_id if person is None else person
        for person, note in zip(people, (one, other), strict=True)
    )
    return (
        replace(one, rule=other.rule, track_id=second),
        replace(other, rule=one.rule, track_id=first),
    )


def probed(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
    """With what really moves its bones: rigs of controls are not moved by the parents alone."""
    try:
        rig, _ = rig_of(rig_object, replace(note, parents={}))
    except RetargetError:
        return note
    parents = moving_parents(rig_object, rig.bones)
    return replace(note, parents=parents, followed=followed(rig_object))


def follows_as_noted(
    rig_object: bpy.types.Object, note: RigNote, among: Iterable[str] | None = None
) -> bool:
    """Whether its controls turn with what they turned with when that was found out.

    Args:
        among: its `settable_bones`, if they are known; else all are looked through.
    """
    return note.followed == followed(rig_object, among)
