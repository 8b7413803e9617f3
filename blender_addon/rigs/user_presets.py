# SPDX-License-Identifier: GPL-3.0-or-later
"""Namings that the user has saved, beside those that are built in."""

from __future__ import annotations

from pathlib import Path

import bpy

from retarget.errors import RetargetError
from retarget.rigs.presets import Preset, load_preset, presets

_FOLDER = "rig_presets"
_ROOT = (__package__ or "").rpartition(".")[0]
"""The add-on's own package."""


def preset_folder() -> Path:
    """Where the user's are; it may not exist yet. It outlives updates of the add-on."""
    try:
        return Path(bpy.utils.extension_path_user(_ROOT, path=_FOLDER))
    except ValueError:  # not installed as an extension
        scripts = bpy.utils.user_resource("SCRIPTS", path=f"presets/livemocap/{_FOLDER}")
        return Path(scripts)


def own_presets() -> tuple[Preset, ...]:
    """The user's, by name; files that are none are passed over."""
    found = []
    for path in sorted(preset_folder().glob("*.json")):
        try:
            found.append(load_preset(path))
        except RetargetError:
            continue
    return tuple(found)


def known_presets() -> tuple[Preset, ...]:
    """The user's, then the built-in ones."""
    return (*own_presets(), *presets())


def preset_title(name: str) -> str:
    """What people call a naming."""
    return next((preset.title for preset in presets() if preset.name == name), name)


def bones_named(name: str) -> int | None:
    """How many bones a built-in naming has; None of others."""
    for preset in presets():
        if preset.name == name:
            return sum(bone is not None for bone in preset.bones.values())
    return None
