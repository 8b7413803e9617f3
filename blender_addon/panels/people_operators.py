# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with a person of the stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import bpy

from retarget.errors import RetargetError

from ..rigs.actors import Rule
from ..rigs.note import RigNote, read_note, write_note
from ..stream import live
from ..stream.proxies import clear_proxies, copy_of, find_proxies, is_proxy
from .people_list import chosen_person, people_list

_EDIT: Any = {"REGISTER", "UNDO"}

_Items = list[tuple[str, str, str]]

_characters: _Items = []
_people: _Items = []
"""Blender reads the texts of a menu for as long as it is open, and keeps none of them."""


def _armatures(_: Any, context: Any) -> _Items:
    """Everything that could be a character; asked for when the menu opens."""
    scene = (context or bpy.context).scene
    found = [each for each in scene.objects if each.type == "ARMATURE" and not is_proxy(each)]
    return _kept(_characters, [(each.name_full, each.name, "") for each in found])


def _others(operator: Any, _: Any) -> _Items:
    """Everybody else who is listed. A menu asks before it knows whom it is for."""
    selected = chosen_person()
    own = operator.person or (selected and selected.track_id)
    rows = [row for row in people_list().rows if row.track_id != own]
    return _kept(_people, [(row.track_id, row.name, "") for row in rows])


def _kept(where: _Items, items: _Items) -> _Items:
    where[:] = items or [("", "None", "There is nobody to choose")]
    return where


class _PersonOperator:
    """A change for one person: the one that is named, or else the one that is selected."""

    bl_options = _EDIT

    person: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Person", description="Id in the stream", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("Nobody is in the stream")  # type: ignore[attr-defined]
        return chosen_person() is not None

    def track_id(self) -> int | None:
        """None: there is no such person; it was said."""
        row = chosen_person()
        person = self.person or ("" if row is None else row.track_id)
        if person.isdecimal():
            return int(person)
        self.report({"WARNING"}, f"'{person}' is no person's id")  # type: ignore[attr-defined]
        return None


class LIVEMOCAP_OT_person_character(_PersonOperator, bpy.types.Operator):
    """Choose which armature this person moves"""

    bl_idname = "livemocap.person_character"
    bl_label = "Choose Character"

    character: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Character", items=_armatures, options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[Any]:
        track_id = self.track_id()
        objects: Any = context.scene.objects
        operators: Any = bpy.ops
        chosen = [each for each in objects if each.name_full == self.character]
        if track_id is None or not chosen:
            self.report({"WARNING"}, "Add the armature of your character to the scene first")
            return {"CANCELLED"}
        try:
            with context.temp_override(object=chosen[0], active_object=chosen[0]):
                return operators.livemocap.rig_assign(person=str(track_id))
        except RuntimeError as error:  # what it reported
            self.report({"WARNING"}, str(error).strip().removeprefix("Error: "))
            return {"CANCELLED"}


class LIVEMOCAP_OT_person_swap(_PersonOperator, bpy.types.Operator):
    """Give the characters of this person to another one, and theirs to this one"""

    bl_idname = "livemocap.person_swap"
    bl_label = "Swap"

    other: bpy.props.EnumProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="With", items=_others, options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("It takes two people in the stream")
        return len(people_list().rows) > 1

    def execute(self, context: bpy.types.Context) -> set[Any]:
        one = self.track_id()
        if one is None or not self.other.isdecimal():
            return {"CANCELLED"}
        two = int(self.other)
        ours, theirs = list(_characters_of(one)), list(_characters_of(two))
        _write(self, ours, lambda note: replace(note, track_id=two))
        _write(self, theirs, lambda note: replace(note, track_id=one))
        if not ours and not theirs:
            self.report({"WARNING"}, "No character follows either of them")
            return {"CANCELLED"}
        return {"FINISHED"}


class LIVEMOCAP_OT_person_drop(_PersonOperator, bpy.types.Operator):
    """Let no character follow this person; what is known of its bones is kept"""

    bl_idname = "livemocap.person_drop"
    bl_label = "Drop"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        row = chosen_person()
        cls.poll_message_set(
            "Nobody is in the stream" if row is None else "No character follows this person"
        )
        return row is not None and bool(row.characters)

    def execute(self, context: bpy.types.Context) -> set[Any]:
        track_id = self.track_id()
        if track_id is None:
            return {"CANCELLED"}
        nobody = {"rule": Rule.NOBODY, "track_id": None}
        _write(self, _characters_of(track_id), lambda note: replace(note, **nobody))
        return {"FINISHED"}


class LIVEMOCAP_OT_person_proxy(_PersonOperator, bpy.types.Operator):
    """Copy the stand-in of this person, posed as it is now, into an armature that is yours"""

    bl_idname = "livemocap.person_proxy"
    bl_label = "Make Proxy"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        track_id = self.track_id()
        connection = live.current()
        if connection and track_id in connection.poser.covered:  # what is hidden stands still
            self.report({"WARNING"}, "The stand-in is hidden: turn off Hide Stand-ins and Solo")
            return {"CANCELLED"}
        proxy = None if track_id is None else find_proxies().get(track_id)
        if proxy is None:
            self.report({"WARNING"}, "This person has no stand-in yet")
            return {"CANCELLED"}
        self.report({"INFO"}, f"Made {copy_of(proxy).name}")
        return {"FINISHED"}


class LIVEMOCAP_OT_person_solo(bpy.types.Operator):
    """Show and move this person alone; everybody else is hidden and their characters hold still"""

    bl_idname = "livemocap.person_solo"
    bl_label = "Solo"

    person: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Person", description="Id in the stream", options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[Any]:
        people = people_list()
        people.solo = "" if people.solo == self.person else self.person
        return {"FINISHED"}


class LIVEMOCAP_OT_clear_proxies(bpy.types.Operator):
    """Remove the armatures of all people. People in a running stream come back at once"""

    bl_idname = "livemocap.clear_proxies"
    bl_label = "Clear People"
    bl_options = _EDIT

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("There are no people to remove")
        return bool(find_proxies())

    def execute(self, context: bpy.types.Context) -> set[Any]:
        self.report({"INFO"}, f"Removed {clear_proxies()} people")
        return {"FINISHED"}


def _characters_of(track_id: int) -> Iterator[bpy.types.Object]:
    """Characters that follow a person now."""
    connection = live.current()
    if connection is None:
        return
    for thing in bpy.data.objects:
        if thing.type == "ARMATURE" and connection.targets.person_of(thing) == track_id:
            yield thing


def _write(operator: Any, rigs: Any, edit: Callable[[RigNote], RigNote]) -> None:
    """Change what is noted of characters."""
    for rig_object in rigs:
        try:
            note = read_note(rig_object)
        except RetargetError as error:
            operator.report({"WARNING"}, f"{rig_object.name}: {error}")
            continue
        if note is not None:
            write_note(rig_object, edit(note))
    live.look_again()


CLASSES = (
    LIVEMOCAP_OT_person_character,
    LIVEMOCAP_OT_person_swap,
    LIVEMOCAP_OT_person_drop,
    LIVEMOCAP_OT_person_proxy,
    LIVEMOCAP_OT_person_solo,
    LIVEMOCAP_OT_clear_proxies,
)
