# SPDX-License-Identifier: GPL-3.0-or-later
"""Animation curves in bulk, on every Blender from before action slots to after `fcurves`."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from livemocap.rotation import Array

_LINEAR = 1
"""Keyframe.interpolation as foreach_set wants it."""


def new_action(animated: bpy.types.Object, name: str) -> Any:
    """Give an object an action of its own.

    Returns:
        What has `fcurves`: the slot's channelbag from Blender 4.4, the action before.
    """
    action: Any = bpy.data.actions.new(name)
    animation: Any = animated.animation_data_create()
    animation.action = action
    if not hasattr(action, "slots"):
        return action
    slot = action.slots.new(id_type="OBJECT", name=animated.name)
    animation.action_slot = slot
    return slot_channels(action, slot)


def slot_channels(action: Any, slot: Any) -> Any:
    """The channelbag of a slot, in the action's only strip; Blender 4.4 and later."""
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def write_curves(
    channels: Any, data_path: str, frames: Array, values: Array, group: str = ""
) -> None:
    """One linear curve for each column of `values`; what never changes has its two ends only.

    Args:
        channels: from `new_action`.
        frames: (T,) where the keys stand.
        values: (T, N), the N components of the property at `data_path`.
        group: under which editors list the curves, if any.
    """
    ends = frames[[0, -1]] if len(frames) > 1 else frames
    linear = np.full(len(frames), _LINEAR, np.int32)
    listed = channels.groups.get(group) or channels.groups.new(group) if group else None
    for index, column in enumerate(values.T):
        curve = channels.fcurves.new(data_path, index=index)
        if listed is not None:
            curve.group = listed
        still = (column == column[0]).all()
        at, column = (ends, column[: len(ends)]) if still else (frames, column)
        points = curve.keyframe_points
        points.add(len(at))
        keys = np.stack([at, column], -1).astype(np.float32)
        points.foreach_set("co", keys.ravel())
        points.foreach_set("interpolation", linear[: len(at)])
        curve.update()
