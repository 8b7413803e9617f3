# SPDX-License-Identifier: GPL-3.0-or-later
"""What was baked of a take, found again in the file, and whether it is played."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy
import numpy as np

from .action import HAS_SLOTS, TAKE_KEY


def actions_of(take: str) -> list[Any]:
    """The actions that were baked of a take, by its name."""
    return [each for each in bpy.data.actions if each.get(TAKE_KEY) == take]


def own_actions_of(take: str) -> list[Any]:
    """Those that lie in this file."""
    return [each for each in actions_of(take) if each.library is None]


def is_muted(take: str) -> bool:
    """Whether the curves of a take are kept but not played."""
    return any(curves[0].mute for action in own_actions_of(take) for curves in _curves(action))


def mute(take: str, muted: bool) -> int:
    """Let all curves of a take be played or not; returns how many actions that were. Those of
    other files stay as they are: Blender would not save it."""
    found = own_actions_of(take)
    for action in found:
        for curves in _curves(action):
            curves.foreach_set("mute", np.full(len(curves), muted))
        action.update_tag()
    return len(found)


def rename(take: str, title: str) -> None:
    """A take's file has another name now."""
    for action in own_actions_of(take):
        action[TAKE_KEY] = title


def _curves(action: Any) -> Iterator[Any]:
    """Of each actor, where there are any."""
    if not HAS_SLOTS:
        collections = [action.fcurves]
    else:
        strips = [strip for layer in action.layers for strip in layer.strips]
        collections = [bag.fcurves for strip in strips for bag in strip.channelbags]
    return (curves for curves in collections if len(curves))
