# SPDX-License-Identifier: GPL-3.0-or-later
"""How recordings begin."""

from __future__ import annotations

import bpy


class LIVEMOCAP_PG_record(bpy.types.PropertyGroup):
    """The Record panel."""

    pre_roll_s: bpy.props.FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Pre-roll",
        description="Seconds of the stream that are remembered while connected, and begin the "
        "take: what came before Record was pressed is in it",
        default=5.0,
        min=0.0,
        max=30.0,
        step=100,
        precision=1,
        subtype="TIME_ABSOLUTE",
    )
    countdown_s: bpy.props.IntProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Countdown",
        description="Seconds from pressing Record to the recording",
        default=0,
        min=0,
        max=10,
    )
    follow_timeline: bpy.props.BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Follow Timeline",
        description="Record while the timeline plays: playing starts a take and stopping ends it. "
        "The scene's rate and range stay as they are",
        default=False,
    )


def record_settings() -> LIVEMOCAP_PG_record:
    return getattr(bpy.context.window_manager, "livemocap_record")  # noqa: B009


CLASSES = (LIVEMOCAP_PG_record,)
SETTINGS = {"livemocap_record": LIVEMOCAP_PG_record}
