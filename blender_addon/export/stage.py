# SPDX-License-Identifier: GPL-3.0-or-later
"""A scene of our own to look at armatures in: the user's stays on its frame, with its rate and
range, and nobody sees anything move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from .plan import ExportError

_STAGE = ".LiveMocap export"
"""Begins with a dot: Blender's menus do not list it."""


def armature_named(name: str) -> Any:
    """An armature of this file.

    Raises:
        ExportError: there is none, or Blender does not evaluate it.
    """
    found: Any = bpy.data.objects.get((name, None))
    if found is None or found.type != "ARMATURE":
        raise ExportError(f"{name}: there is no such armature in this file")
    if found.hide_viewport:
        raise ExportError(f"{name} is disabled in viewports: enable it first")
    return found


@contextmanager
def stage(name: str) -> Iterator[tuple[Any, Any]]:
    """A scene with nothing but the armature, for a moment; what it depends on comes by itself.

    The scene stays until `strike`, empty, and with it the copy that Blender evaluates actions
    from: copying ten minutes of keys takes as long as reading hundreds of frames.
    """
    armature = armature_named(name)
    scene = bpy.data.scenes.get((_STAGE, None)) or bpy.data.scenes.new(_STAGE)
    try:
        scene.collection.objects.link(armature)
        yield scene, armature
    finally:
        for each in list(scene.collection.objects):
            scene.collection.objects.unlink(each)


def strike() -> None:
    """Remove the scene; `stage` makes another one if need be."""
    scene = bpy.data.scenes.get((_STAGE, None))
    if scene is not None:
        bpy.data.scenes.remove(scene)
