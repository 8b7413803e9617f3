# SPDX-License-Identifier: GPL-3.0-or-later
"""The character that the panels and buttons of Rig are about, and what changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from retarget.errors import RetargetError
from retarget.rigs.average_person import average_joints

from ..rigs.edits import measured
from ..rigs.note import RigNote, note_text, read_note, write_note
from ..stream import live
from ..stream.proxies import find_proxies
from .people_list import chosen_person

EDIT: Any = {"REGISTER", "UNDO"}
"""Options of operators that change what a file holds."""


def selected_rig(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active armature, or the one that the active mesh hangs on; not a person's stand-in."""
    active: Any = context.object
    if active is not None and active.type == "MESH":
        active = active.find_armature()
    if active is None or active.type != "ARMATURE" or active in find_proxies().values():
        return None
    return active


def chosen_rig(context: bpy.types.Context) -> bpy.types.Object | None:
    """The selected character, or else the one that the person chosen under People moves."""
    selected = selected_rig(context)
    connection, person = live.current(), chosen_person()
    if selected is not None or connection is None or person is None:
        return selected
    return connection.targets.character_of(int(person.track_id))


class RigOperator:
    """A change of the chosen character."""

    bl_options = EDIT

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        rig_object: Any = chosen_rig(context)
        message = "Select the armature of a character first"
        if rig_object is not None and note_text(rig_object) is None:
            message = "Nobody has been assigned to this character yet"
        cls.poll_message_set(message)  # type: ignore[attr-defined]
        return rig_object is not None and note_text(rig_object) is not None

    def change(
        self, context: bpy.types.Context, edit: Callable[[bpy.types.Object, RigNote], RigNote]
    ) -> RigNote | None:
        """Write down what `edit` makes of the note; None: it could not, and says why."""
        rig_object = chosen_rig(context)
        try:
            note = None if rig_object is None else read_note(rig_object)
            changed = None if rig_object is None or note is None else edit(rig_object, note)
        except RetargetError as error:
            self.report({"ERROR"}, str(error))  # type: ignore[attr-defined]
            return None
        if rig_object is not None and changed is not None:
            write_note(rig_object, changed)
            live.look_again()
        return changed


def measured_now(rig_object: bpy.types.Object, note: RigNote) -> RigNote:
    """For its person, or an average one."""
    connection = live.current()
    rest = connection.targets.rest_joints(rig_object) if connection else average_joints()
    return measured(rig_object, note, rest)


def done(note: RigNote | None) -> set[Any]:
    return {"CANCELLED"} if note is None else {"FINISHED"}
