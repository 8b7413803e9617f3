# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may change about which bone follows which joint, as plain functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import bpy

from retarget.errors import RetargetError
from retarget.rigs.choosing import accept, apply_preset, choose_bones, mirror_bones
from retarget.rigs.joint_map import JointMap
from retarget.rigs.presets import Preset

from .edits import probed
from .note import RigNote, skeleton_at_home

_TOLD = 3
"""Bones that are named where several do not fit."""


def with_bones(
    rig_object: bpy.types.Object, note: RigNote, bones: Mapping[str, str | None]
) -> RigNote:
    """With these bones for joints, by hand; None: none.

    Raises:
        RetargetError: there is no such bone, or the armature is none that can be moved.
    """
    skeleton = skeleton_at_home(rig_object, note)
    if unknown := sorted({bone for bone in bones.values() if bone} - skeleton.rows.keys()):
        raise RetargetError(f"{rig_object.name} has no bone {', '.join(map(repr, unknown))}")
    return _changed(rig_object, note, choose_bones(note.joint_map, bones), bones)


def with_guesses(rig_object: bpy.types.Object, note: RigNote, joints: Iterable[str]) -> RigNote:
    """With what was unsure of these joints taken for right."""
    right = [joint for joint in joints if joint in note.joint_map.unsure]
    return _changed(rig_object, note, accept(note.joint_map, right), right)


def mirrored(rig_object: bpy.types.Object, note: RigNote, side: str) -> tuple[RigNote, list[str]]:
    """With the bones of one side (`left` or `right`) for the other; and the joints changed."""
    found = mirror_bones(skeleton_at_home(rig_object, note), note.joint_map, side)
    return _changed(rig_object, note, choose_bones(note.joint_map, found), found), list(found)


def with_preset(rig_object: bpy.types.Object, note: RigNote, preset: Preset) -> tuple[RigNote, str]:
    """With a preset's bones; and what of it did not fit, a sentence or nothing.

    Raises:
        RetargetError: nothing of it fits.
    """
    applied = apply_preset(skeleton_at_home(rig_object, note), preset)
    changed = _changed(rig_object, note, applied.joints, ())
    return replace(changed, by_hand=frozenset()), lost_words(preset, applied.lost)


def lost_words(preset: Preset, lost: Mapping[str, str]) -> str:
    """Which of a preset's bones a character does not have."""
    if not lost:
        return ""
    named = sum(bone is not None for bone in preset.bones.values())
    first = ", ".join(f"'{bone}' ({joint})" for joint, bone in list(lost.items())[:_TOLD])
    more = f" and {len(lost) - _TOLD} more" if len(lost) > _TOLD else ""
    return f"{len(lost)} of {named} bones of '{preset.title}' are not in this rig: {first}{more}"


def _changed(
    rig_object: bpy.types.Object, note: RigNote, joints: JointMap, by_hand: Iterable[str]
) -> RigNote:
    """Calibrations by hand are kept where the bone is the same."""
    before = note.joint_map.bones
    same = {j: C for j, C in note.calibration.items() if joints.bones.get(j) == before.get(j)}
    chosen = note.by_hand | frozenset(by_hand)
    changed = replace(note, joint_map=joints, calibration=same, by_hand=chosen)
    return changed if joints.bones == before else probed(rig_object, changed)
