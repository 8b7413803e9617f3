# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigs of controls: which way they have to be switched, and what moves what then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy

from retarget.errors import RetargetError

from ..armatures.armature import pose_bones
from .parent_probe import probe_parents

_FORWARD = {"IK_FK": 1.0}
"""Custom properties of pose bones, and the value with which limbs are turned bone by bone."""


def moving_parents(rigged: bpy.types.Object, bones: Sequence[str]) -> dict[str, str | None]:
    """The bone that really moves each bone, where that may not be its parent; nothing is changed.

    Args:
        bones: those that are to be written.

    Raises:
        RetargetError: a strip of it is being edited, and its animation cannot be taken off.
    """
    posed = pose_bones(rigged)
    if not any(bone.constraints for bone in posed):
        return {bone.name: None for bone in posed if bone.parent and _turns_alone(bone.bone)}
    with _unanimated(rigged), _switched(rigged):
        return dict(probe_parents(rigged, bones).parents)


def settable_bones(rigged: bpy.types.Object) -> list[str]:
    """Those that have what `switches` and `followed` look for; for whoever asks at every redraw."""
    return [
        bone.name
        for bone in pose_bones(rigged)
        if any(name in _FORWARD or _says_follow(name) for name in bone.keys())  # noqa: SIM118
    ]


def switches(
    rigged: bpy.types.Object, among: Iterable[str] | None = None
) -> dict[tuple[str, str], float]:
    """Custom properties by bone and name, and the values to be keyed beside the bones."""
    return {
        (bone.name, name): value
        for bone in _bones(rigged, among)
        for name, value in _FORWARD.items()
        if name in bone
    }


def followed(rigged: bpy.types.Object, among: Iterable[str] | None = None) -> str:
    """What controls are set to turn with, as text; what moves what is to be probed anew when it
    has changed. Empty where nothing can be set."""
    found = [
        f"{bone.name}.{name}={float(bone[name]):g}"
        for bone in _bones(rigged, among)
        for name in bone.keys()  # noqa: SIM118 - not a dict
        if _says_follow(name) and isinstance(bone[name], float | int)
    ]
    return " ".join(found)


def _bones(rigged: bpy.types.Object, among: Iterable[str] | None) -> list[Any]:
    """All of them, or those of these names that are there."""
    bones: Any = pose_bones(rigged)
    if among is None:
        return list(bones)
    return [bones[name] for name in among if name in bones]


def _says_follow(name: str) -> bool:
    return "follow" in name.lower()


def _turns_alone(bone: Any) -> bool:
    return not bone.use_inherit_rotation


@contextmanager
def _switched(rigged: bpy.types.Object) -> Iterator[None]:
    bones = pose_bones(rigged)
    before = {key: bones[key[0]][key[1]] for key in switches(rigged)}
    try:
        for (bone, name), value in switches(rigged).items():
            bones[bone][name] = type(before[bone, name])(value)
        yield
    finally:
        for (bone, name), value in before.items():
            bones[bone][name] = value
        rigged.update_tag()


@contextmanager
def _unanimated(rigged: bpy.types.Object) -> Iterator[None]:
    """Without its own action and strips for a moment; they would turn bones back."""
    animation: Any = rigged.animation_data
    if animation is None:
        yield
        return
    if animation.use_tweak_mode:
        raise RetargetError("leave the tweak mode of its NLA strip first")
    action, strips = animation.action, animation.use_nla
    slot = getattr(animation, "action_slot", None)
    try:
        animation.action, animation.use_nla = None, False
        yield
    finally:
        animation.action, animation.use_nla = action, strips
        if action is not None and hasattr(animation, "action_slot"):
            animation.action_slot = slot  # Blender chooses one, also where there was none
