# SPDX-License-Identifier: GPL-3.0-or-later
"""The 55 joints as a list that can be scrolled and searched, and what each row says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
from bpy.app.handlers import persistent

from livemocap.skeleton import SMPLX

from ..rigs.note import RigNote

SURE, UNSURE, MISSING, BY_HAND, GONE = "CHECKMARK", "QUESTION", "REMOVE", "VIEW_PAN", "ERROR"
"""Icons of a row's states."""


class LIVEMOCAP_PG_joint(bpy.types.PropertyGroup):
    """A row; its name is the joint's."""


class LIVEMOCAP_PG_joints(bpy.types.PropertyGroup):
    """All rows, and which one is chosen."""

    joints: bpy.props.CollectionProperty(type=LIVEMOCAP_PG_joint)  # pyright: ignore[reportInvalidTypeForm]
    active: bpy.props.IntProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Joint", description="The joint whose bone is shown and changed below"
    )


@dataclass(frozen=True, slots=True)
class JointState:
    """What is known of a joint's bone."""

    bone: str
    """Empty: it has none."""
    icon: str
    words: str


def joint_state(rig_object: Any, note: RigNote, joint: str) -> JointState:
    """What a row shows."""
    joints, by_hand = note.joint_map, joint in note.by_hand
    if match := joints.matches.get(joint):
        if match.bone not in rig_object.data.bones:
            return JointState(match.bone, GONE, "this bone is gone or has another name")
        if by_hand:
            return JointState(match.bone, BY_HAND, "chosen by hand")
        return JointState(match.bone, SURE, f"{match.certainty:.0%} sure")
    if guess := joints.unsure.get(joint):
        words = f"perhaps {guess.bone}, {guess.certainty:.0%} sure: not used yet"
        return JointState(guess.bone, UNSURE, words)
    return JointState("", MISSING, "no bone, by hand" if by_hand else "no bone follows it")


def joint_words(joint: str) -> str:
    """As people write it: left index 1."""
    words = joint.replace("_", " ")
    return f"{words[:-1]} {words[-1]}" if words[-1:].isdigit() else words


def active_joint(context: bpy.types.Context) -> str:
    """The chosen row's."""
    return SMPLX.names[min(max(joint_rows(context).active, 0), len(SMPLX.names) - 1)]


def joint_rows(context: bpy.types.Context) -> Any:
    return getattr(context.window_manager, "livemocap_joints")  # noqa: B009


@persistent
def fill_rows(*_: object) -> None:
    """Make the rows, if they are not there: each new file may begin without."""
    rows = joint_rows(bpy.context).joints
    if [row.name for row in rows] != list(SMPLX.names):
        rows.clear()
        for joint in SMPLX.names:
            rows.add().name = joint


def stop_filling() -> None:
    """The rows are about to go."""
    if bpy.app.timers.is_registered(fill_rows):
        bpy.app.timers.unregister(fill_rows)


CLASSES = (LIVEMOCAP_PG_joint, LIVEMOCAP_PG_joints)
SETTINGS = {"livemocap_joints": LIVEMOCAP_PG_joints}
