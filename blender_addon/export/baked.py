# SPDX-License-Identifier: GPL-3.0-or-later
"""What moves an armature: from which frame to which, and at which rate it was recorded."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from retarget.errors import RetargetError
from retarget.rates import parse_rate

from ..takes.action import RATE_KEY
from .plan import ExportError


def action_of(armature: Any) -> Any:
    """The action that moves an armature, by itself or by the NLA's first strip; None: nothing."""
    animation = armature.animation_data
    if animation is None:
        return None
    if animation.action is not None:
        return animation.action
    strips = [strip for track in animation.nla_tracks for strip in track.strips]
    return next((strip.action for strip in strips if strip.action is not None), None)


def keyed_span(armature: Any) -> tuple[float, float]:
    """First and last frame that has a key.

    Raises:
        ExportError: it has none.
    """
    animation = armature.animation_data
    action = action_of(armature)
    if action is None:
        raise ExportError(f"{armature.name} has no animation: bake a take to it first")
    if animation.action is None:
        strips = [strip for track in animation.nla_tracks for strip in track.strips]
        return min(s.frame_start for s in strips), max(s.frame_end for s in strips)
    ends = [curve.range() for curve in _curves(animation, action) if _has_keys(curve)]
    if not ends:
        raise ExportError(f"{armature.name} has no keys: bake a take to it first")
    return min(end[0] for end in ends), max(end[1] for end in ends)


def baked_rate(armature: Any) -> Fraction | None:
    """The rate of the take that it was baked from; None: it was not, or nobody knows."""
    action = action_of(armature)
    try:
        return None if action is None else parse_rate(str(action.get(RATE_KEY, "")))
    except RetargetError:
        return None


def _has_keys(curve: Any) -> bool:
    """Blender says of a curve without any, as of modifiers alone, that it is on frame 0."""
    return bool(len(curve.keyframe_points) or len(curve.sampled_points))


def _curves(animation: Any, action: Any) -> list[Any]:
    if not hasattr(action, "slots"):
        return list(action.fcurves)
    slot = animation.action_slot
    if slot is None or not action.layers or not action.layers[0].strips:
        return []
    bag = action.layers[0].strips[0].channelbag(slot)
    return [] if bag is None else list(bag.fcurves)
