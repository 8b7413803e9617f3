# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of the stream as rows of a list, and what was chosen for each of them.

Rows are written by the tick, so that drawing them looks nothing up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from livemocap.messages import TRACK_PREDICTED

from ..stream.roster import Listed
from .dots import dot

_NAME = "livemocap_people"


class LIVEMOCAP_PG_person(bpy.types.PropertyGroup):
    """One row."""

    track_id: bpy.props.StringProperty()  # pyright: ignore[reportInvalidTypeForm]
    percent: bpy.props.IntProperty()  # pyright: ignore[reportInvalidTypeForm]
    unseen_s: bpy.props.FloatProperty()  # pyright: ignore[reportInvalidTypeForm]
    is_guessed: bpy.props.BoolProperty()  # pyright: ignore[reportInvalidTypeForm]
    is_gone: bpy.props.BoolProperty()  # pyright: ignore[reportInvalidTypeForm]
    characters: bpy.props.StringProperty()  # pyright: ignore[reportInvalidTypeForm]
    live: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Live",
        description="The stand-in of this person, and characters that follow them, move. Off: they "
        "hold still, and the person keeps them",
        default=True,
    )
    bake: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Bake",
        description="Takes are recorded with everybody. Off: when a take is baked that was "
        "recorded while this was off, this person is left out",
        default=True,
    )


class LIVEMOCAP_PG_people(bpy.types.PropertyGroup):
    """The list."""

    rows: bpy.props.CollectionProperty(type=LIVEMOCAP_PG_person)  # pyright: ignore[reportInvalidTypeForm]
    active: bpy.props.IntProperty(name="Person", default=0)  # pyright: ignore[reportInvalidTypeForm]
    solo: bpy.props.StringProperty()  # pyright: ignore[reportInvalidTypeForm]


class LIVEMOCAP_UL_people(bpy.types.UIList):
    """People of the stream"""

    def draw_item(
        self,
        context: Any,
        layout: Any,
        data: Any,
        item: Any,
        icon: Any,
        active_data: Any,
        active_property: Any,
        index: Any = 0,
        flt_flag: Any = 0,
    ) -> None:
        row = layout.row(align=True)
        row.active = not item.is_gone
        row.label(text=f"{item.name}, {_short(item)}", icon_value=dot(int(item.track_id)))
        moves = "PLAY" if item.live else "PAUSE"
        row.prop(item, "live", text="", icon=moves, emboss=False)
        baked = "KEYFRAME_HLT" if item.bake else "KEYFRAME"
        row.prop(item, "bake", text="", icon=baked, emboss=False)
        alone = data.solo == item.track_id
        solo = row.operator(
            "livemocap.person_solo", text="", icon="SOLO_ON" if alone else "SOLO_OFF", emboss=False
        )
        solo.person = item.track_id


@dataclass(frozen=True)
class Choices:
    """What was chosen in the list, by track id."""

    listed: frozenset[int]
    """Everybody in the list."""
    held: frozenset[int]
    """Neither their stand-ins nor their characters move."""
    hidden: frozenset[int]
    """Somebody else is alone on the stage."""
    left_out: frozenset[int]
    """Not to be baked."""


def people_list() -> Any:
    return getattr(bpy.context.window_manager, _NAME)


def chosen_person() -> Any | None:
    """The row that is selected."""
    people = people_list()
    return people.rows[people.active] if 0 <= people.active < len(people.rows) else None


def choices() -> Choices:
    people = people_list()
    rows = [(int(row.track_id), row) for row in people.rows]
    listed = frozenset(i for i, _ in rows)
    alone = int(people.solo) if people.solo else None
    hidden = {i for i, _ in rows if alone is not None and i != alone}
    held = {i for i, row in rows if not row.live}
    left_out = frozenset(i for i, row in rows if not row.bake)
    return Choices(listed, frozenset(held | hidden), frozenset(hidden), left_out)


def show_people(listed: Sequence[Listed], characters: Mapping[int, Iterable[str]]) -> None:
    """Write the rows; what was chosen stays with who it was chosen for.

    Args:
        characters: names of those that follow a person, by track id.
    """
    people = people_list()
    ids = [str(each.person.track_id) for each in listed]
    if [row.track_id for row in people.rows] != ids:
        _make_rows(people, ids)
    for row, each in zip(people.rows, listed, strict=True):
        names = ", ".join(characters.get(each.person.track_id, ()))
        _fill(row, each, names)


def _make_rows(people: Any, ids: list[str]) -> None:
    chosen = chosen_person()
    active = None if chosen is None else chosen.track_id
    kept = {row.track_id: (row.live, row.bake) for row in people.rows}
    people.rows.clear()
    for track_id in ids:
        row = people.rows.add()
        row.track_id = track_id
        row.live, row.bake = kept.get(track_id, (True, True))
    people.active = ids.index(active) if active in ids else min(people.active, len(ids) - 1)
    people.active = max(people.active, 0)
    if people.solo not in ids:
        people.solo = ""


def _fill(row: Any, listed: Listed, characters: str) -> None:
    """Only what has changed: writing is not free."""
    new = {
        "name": listed.person.name or f"Person {listed.person.track_id}",
        "percent": round(100 * listed.person.score),
        "unseen_s": float(np.float32(round(listed.unseen_s, 1))),  # as Blender keeps it
        "is_guessed": listed.person.state == TRACK_PREDICTED,
        "is_gone": listed.is_gone,
        "characters": characters,
    }
    for name, value in new.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _short(row: Any) -> str:
    """How sure it is that somebody is there, in a few letters."""
    if row.is_gone:
        return f"{row.unseen_s:.0f} s ago"
    return "guessed" if row.is_guessed else f"{row.percent}%"


CLASSES = (LIVEMOCAP_PG_person, LIVEMOCAP_PG_people, LIVEMOCAP_UL_people)
SETTINGS = {_NAME: LIVEMOCAP_PG_people}
