"""FBX's named properties: one row each of name, two words for its kind, flags and values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .tree import Node, node

_KINDS = {
    "int": ("int", "Integer", ""),
    "enum": ("enum", "", ""),
    "bool": ("bool", "", ""),
    "double": ("double", "Number", ""),
    "time": ("KTime", "Time", ""),
    "text": ("KString", "", ""),
    "colour": ("ColorRGB", "Color", ""),
    "object": ("object", "", ""),
    "group": ("Compound", "", ""),
    "Lcl Translation": ("Lcl Translation", "", "A"),
    "Lcl Rotation": ("Lcl Rotation", "", "A"),
    "Lcl Scaling": ("Lcl Scaling", "", "A"),
    "animated": ("Number", "", "A"),
}

Row = tuple[Any, ...]
"""Name, kind, values."""


def properties(rows: Iterable[Row]) -> Node:
    """The block of properties that every object may have.

    Args:
        rows: (name, kind, value, ...) with a kind of `_KINDS`.
    """
    children = [node("P", name, *_KINDS[kind], *values) for name, kind, *values in rows]
    return node("Properties70", children=children, closed=True)
