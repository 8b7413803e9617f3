# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a note is: Blender copies an object together with all that was noted of it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import bpy

_NUMBER = re.compile(r"\.\d{3,}$")
"""What Blender puts behind a name that is taken."""


def is_copy(rig_object: Any, text: str, key: str) -> bool:
    """Whether a note came to an object as it was made of another one, which the note is of.

    Who was renamed keeps their note: nobody has their old name, or that with a number, now.

    Args:
        text: what is noted there, under `key`.
    """
    name = rig_object.name
    if text.startswith(_beginning(name)):  # nearly always, and asked at every tick
        return False
    owner = noted_name(text)
    if owner in ("", name):
        return False
    stem = _NUMBER.sub("", name)
    if stem != name and stem == _NUMBER.sub("", owner):
        return True
    return any(noted_name(_noted(other, key)) == owner for other in {owner, stem} - {name})


def _noted(name: str, key: str) -> str:
    other: Any = bpy.data.objects.get((name, None))
    text = None if other is None else other.get(key)
    return text if isinstance(text, str) else ""


@lru_cache(maxsize=64)
def _beginning(name: str) -> str:
    """Of a note that was written to an object of that name."""
    return json.dumps({"version": 1, "of": name}, ensure_ascii=False).removesuffix("}")


@lru_cache(maxsize=64)
def noted_name(text: str) -> str:
    """The name of the object that a note was written to; empty where it does not say."""
    try:
        return str(json.loads(text).get("of", ""))
    except (ValueError, AttributeError):
        return ""
