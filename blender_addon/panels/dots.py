# SPDX-License-Identifier: GPL-3.0-or-later
"""A dot in each colour that people have, as icons."""

from __future__ import annotations

from typing import Any

import bpy.utils.previews
import numpy as np

from livemocap.palette import TRACK_COLORS
from livemocap.rotation import Array

_SIZE, _RADIUS = 32, 11.0

_icons: Any = None


def dot(track_id: int) -> int:
    """The icon of a person's colour; 0, which is none, while the add-on is not enabled."""
    if _icons is None:
        return 0
    return _icons[str((track_id - 1) % len(TRACK_COLORS))].icon_id


def register() -> None:
    global _icons
    _icons = bpy.utils.previews.new()
    for number, rgb in enumerate(TRACK_COLORS):
        icon = _icons.new(str(number))
        icon.icon_size = _SIZE, _SIZE
        icon.icon_pixels_float = _disc(rgb).ravel().tolist()


def unregister() -> None:
    global _icons
    bpy.utils.previews.remove(_icons)
    _icons = None


def _disc(rgb: tuple[int, int, int]) -> Array:
    """(S, S, 4) 0..1, with a soft edge; colours are multiplied by alpha already."""
    along = np.arange(_SIZE) - (_SIZE - 1) / 2
    away = np.hypot(along, along[:, None])
    inside = np.clip(_RADIUS - away, 0, 1)[..., None]
    return inside * [*(channel / 255 for channel in rgb), 1.0]
