# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of takes: rows that Blender can scroll, kept as the folder is."""

from __future__ import annotations

from typing import Any

import bpy

from ..takes.folder import TakeLine, takes_in
from .properties import FolderError, chosen_takes_folder


class LIVEMOCAP_PG_take(bpy.types.PropertyGroup):
    """A row."""

    path: bpy.props.StringProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="File", subtype="FILE_PATH"
    )
    about: bpy.props.StringProperty(name="About")  # pyright: ignore[reportInvalidTypeForm]
    short: bpy.props.StringProperty(name="Length")  # pyright: ignore[reportInvalidTypeForm]
    whole: bpy.props.BoolProperty(name="Whole")  # pyright: ignore[reportInvalidTypeForm]
    before_s: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Before the Press"
    )


class LIVEMOCAP_PG_takes(bpy.types.PropertyGroup):
    """The Takes panel."""

    rows: bpy.props.CollectionProperty(  # pyright: ignore[reportInvalidTypeForm]
        type=LIVEMOCAP_PG_take
    )
    active: bpy.props.IntProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Take", description="The take that the buttons below are for"
    )


class LIVEMOCAP_UL_takes(bpy.types.UIList):
    """Takes by name, with length and people."""

    bl_idname = "LIVEMOCAP_UL_takes"

    def draw_item(
        self,
        context: Any,
        layout: Any,
        data: Any,
        item: Any,
        icon: Any,
        active_data: Any,
        active_property: Any = "",
        index: Any = 0,
        flt_flag: Any = 0,
    ) -> None:
        split = layout.split(factor=0.5)
        split.label(text=item.name, icon="FILE_MOVIE" if item.whole else "ERROR", translate=False)
        right = split.row()
        right.alignment = "RIGHT"
        right.label(text=item.short)


def takes() -> LIVEMOCAP_PG_takes:
    return getattr(bpy.context.window_manager, "livemocap_takes")  # noqa: B009


def active_take() -> LIVEMOCAP_PG_take | None:
    """The row that is chosen."""
    rows = takes().rows
    return rows[takes().active] if 0 <= takes().active < len(rows) else None


def keep_up() -> None:
    """To be called while drawing, when nothing may be changed: a timer follows the folder."""
    if _differs(_lines()) and not bpy.app.timers.is_registered(follow_folder):
        bpy.app.timers.register(follow_folder, first_interval=0.0)


def follow_folder() -> None:
    """Make the rows what the folder holds; the chosen take stays chosen, else the newest is."""
    lines = _lines()
    if not _differs(lines):
        return
    chosen = active_take()
    path = chosen.path if chosen is not None else ""
    newest = takes().rows[0].path if len(takes().rows) else ""
    takes().rows.clear()
    for line in lines:
        _fill(takes().rows.add(), line)
    paths = [str(line.path) for line in lines]
    stays = path in paths and not (lines and path == newest)
    takes().active = paths.index(path) if stays else 0


def stop_following() -> None:
    """The rows are about to go."""
    if bpy.app.timers.is_registered(follow_folder):
        bpy.app.timers.unregister(follow_folder)


def _fill(row: Any, line: TakeLine) -> None:
    row.name, row.path, row.about = line.title, str(line.path), line.about
    row.whole, row.before_s = line.whole, line.before_s
    people = "1 person" if line.people == 1 else f"{line.people} people"
    row.short = f"{_length(line.seconds)}, {people}" if line.whole else line.about.split(",")[0]


def _length(seconds: float) -> str:
    """9.5 s, or 12:34."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _differs(lines: list[TakeLine]) -> bool:
    shown = [(row.path, row.about) for row in takes().rows]
    return shown != [(str(line.path), line.about) for line in lines]


def _lines() -> list[TakeLine]:
    try:
        return takes_in(chosen_takes_folder())
    except FolderError:
        return []


CLASSES = (LIVEMOCAP_PG_take, LIVEMOCAP_PG_takes, LIVEMOCAP_UL_takes)
SETTINGS = {"livemocap_takes": LIVEMOCAP_PG_takes}
