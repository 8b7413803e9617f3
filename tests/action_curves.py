"""Inside a Blender process: curves and names of baked actions, with action slots and without."""

from __future__ import annotations

from typing import Any

import bpy

HAS_SLOTS = bpy.app.version >= (4, 4, 0)


def all_curves(action: Any) -> list[Any]:
    """Of every actor in it."""
    if not HAS_SLOTS:
        return list(action.fcurves)
    strip = action.layers[0].strips[0]
    return [curve for slot in action.slots for curve in strip.channelbag(slot).fcurves]


def moving_curves(animated: Any) -> list[Any]:
    """Those that move this object."""
    action = animated.animation_data.action
    if not HAS_SLOTS:
        return list(action.fcurves)
    return list(action.layers[0].strips[0].channelbag(animated.animation_data.action_slot).fcurves)


def action_names(take: str, *actors: str) -> list[str]:
    """What a take's actions are called: one for everybody, or one for each before slots."""
    return [take] if HAS_SLOTS else [f"{take} {actor}" for actor in actors]
