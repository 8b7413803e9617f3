# SPDX-License-Identifier: GPL-3.0-or-later
"""Control rigs that Blender evaluates too slowly to be moved live, many at once.

Setting a pose costs next to nothing; what constraints make of it does: a whole human of Rigify's
takes 2.4 ms of the processor, a bare skeleton 0.05.
"""

from __future__ import annotations

import bpy

from retarget.errors import RetargetError

from ..armatures.armature import pose_bones
from .note import note_text, read_note

MOST_CONSTRAINTS = 1800
"""Of all characters that move live, about 8 ms a frame: half of what there is at 60 a second."""


def constraints_of(rig_object: bpy.types.Object) -> int:
    """How many are at work on its bones."""
    return sum(len(bone.constraints) for bone in pose_bones(rig_object))


def is_too_heavy(rig_object: bpy.types.Object) -> bool:
    """Whether it would take Blender below its pace beside the characters that move live already;
    stand-ins show people as well, and takes are baked to any character."""
    own = constraints_of(rig_object)
    if not own:
        return False
    others = [each for each in bpy.data.objects if each != rig_object and _is_live(each)]
    return own + sum(constraints_of(each) for each in others) > MOST_CONSTRAINTS


def _is_live(other: bpy.types.Object) -> bool:
    if other.type != "ARMATURE" or not note_text(other):
        return False
    try:
        note = read_note(other)
    except RetargetError:  # it is not moved, and its own panel says so
        return False
    return note is not None and note.live
