"""Another animation for a file: what it has goes, everything else stays as it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from .document import takes
from .objects import Objects
from .properties import Row, properties
from .ticks import frame_ticks, time_mode
from .tree import Node, node

_ANIMATION = ("AnimationStack", "AnimationLayer", "AnimationCurveNode", "AnimationCurve")


def replace_animation(
    nodes: Sequence[Node], added: Objects, take: str, fps: Fraction, frames: int
) -> list[Node]:
    """The records of a file's first level, `added` in the place of all its animations.

    What was read is not changed: records that differ are new ones.
    """
    top = {each.name: each for each in nodes}
    last = frame_ticks(frames, fps)[-1]
    gone = {each.values()[0] for each in top["Objects"].children if each.name in _ANIMATION}
    objects = [each for each in top["Objects"].children if each.name not in _ANIMATION]
    links = [each for each in top["Connections"].children if not gone & set(each.values()[1:3])]
    objects += added.nodes
    top["Objects"] = replace(top["Objects"], children=objects)
    top["Connections"] = replace(top["Connections"], children=links + added.connections)
    top["Takes"] = takes(take, last)
    changes = {
        "GlobalSettings": lambda each: _with_rows(each, _timing(fps, last)),
        "Definitions": lambda each: _counted(each, objects),
        "Documents": lambda each: _with_active(each, take),
    }
    for name in changes.keys() & top.keys():
        top[name] = changes[name](top[name])
    return list(top.values())


def _timing(fps: Fraction, last: np.int64) -> list[Row]:
    return [
        ("TimeMode", "enum", time_mode(fps)),
        ("TimeSpanStart", "time", np.int64(0)),
        ("TimeSpanStop", "time", last),
        ("CustomFrameRate", "double", float(fps)),
    ]


def _with_rows(each: Node, rows: Sequence[Row]) -> Node:
    """An object with some of its properties set; the others stay where they are."""
    new = {row.values()[0]: row for row in properties(rows).children}
    blocks = [block for block in each.children if block.name == "Properties70"]
    block = blocks[0] if blocks else properties([])
    kept = [new.pop(row.values()[0], row) for row in block.children]
    changed = replace(block, children=[*kept, *new.values()])
    others = [other for other in each.children if other is not block]
    return replace(each, children=[*others, changed])


def _counted(definitions: Node, objects: Sequence[Node]) -> Node:
    """The numbers of objects as they are now, the templates as they were."""
    counts: Mapping[str, int] = Counter(each.name for each in objects)
    kinds = [each for each in definitions.children if each.name == "ObjectType"]
    named = {each.values()[0]: each for each in kinds}
    for name, count in counts.items():
        old = named.get(name) or node("ObjectType", name)
        rest = [each for each in old.children if each.name != "Count"]
        named[name] = replace(old, children=[node("Count", count), *rest])
    left = [each for name, each in named.items() if name in counts or name not in _ANIMATION]
    total = sum(counts.values()) + 1  # the settings count too
    others = [each for each in definitions.children if each.name not in ("ObjectType", "Count")]
    return replace(definitions, children=[*others, node("Count", total), *left])


def _with_active(documents: Node, take: str) -> Node:
    """Every document with our animation as the one to show."""
    shown = [("ActiveAnimStackName", "text", take)]
    return replace(
        documents,
        children=[
            _with_rows(each, shown) if each.name == "Document" else each
            for each in documents.children
        ],
    )
