# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts in other languages. Blender looks every label, button and tooltip up here."""

from __future__ import annotations

import bpy

TEXTS: dict[str, dict[tuple[str, str], str]] = {}
"""By language, as `de_DE`: context, `*` for most and `Operator` for buttons, and English text to
its translation. There are none yet."""

_NAME = __package__ or ""


def register() -> None:
    bpy.app.translations.register(_NAME, TEXTS)


def unregister() -> None:
    bpy.app.translations.unregister(_NAME)
