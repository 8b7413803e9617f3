"""What stands around the objects of an FBX file: header, settings, definitions, connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from .objects import ROOT, Objects
from .properties import properties
from .ticks import frame_ticks, time_mode
from .tree import CREATED, FILE_ID, Node, Tree, node

VERSION = 7400
"""FBX 2014: the oldest that all programs still write, so all of them read it."""

_CREATOR = "livemocap"
_DOCUMENT = np.int64(1)
_CM_PER_METRE = 100.0


def document(
    objects: Objects, fps: Fraction, frames: int, take: str, units_per_metre: float
) -> Tree:
    """A whole file.

    Args:
        take: the name of its only animation.
    """
    last = frame_ticks(frames, fps)[-1]
    return Tree(
        VERSION,
        [
            _header(),
            node("FileId", FILE_ID),
            node("CreationTime", CREATED),
            node("Creator", _CREATOR),
            _settings(fps, last, _CM_PER_METRE / units_per_metre),
            _documents(take),
            node("References", closed=True),
            _definitions(objects.nodes),
            node("Objects", children=objects.nodes, closed=True),
            node("Connections", children=objects.connections, closed=True),
            takes(take, last),
        ],
    )


def _header() -> Node:
    stamp = {"Version": 1000, "Year": 1970, "Month": 1, "Day": 1, "Hour": 10}
    stamp |= {"Minute": 0, "Second": 0, "Millisecond": 0}
    return node(
        "FBXHeaderExtension",
        children=[
            node("FBXHeaderVersion", 1003),
            node("FBXVersion", VERSION),
            node("EncryptionType", 0),
            node("CreationTimeStamp", children=[node(key, value) for key, value in stamp.items()]),
            node("Creator", _CREATOR),
            _scene_info(),
        ],
    )


def _scene_info() -> Node:
    blanks = ("Title", "Subject", "Author", "Keywords", "Revision", "Comment")
    meta = [node("Version", 100), *(node(blank, "") for blank in blanks)]
    rows = [("Original", "group"), ("LastSaved", "group")]
    rows += [
        (f"{when}|{what}", "text", value)
        for when in ("Original", "LastSaved")
        for what, value in (("ApplicationVendor", _CREATOR), ("ApplicationName", _CREATOR))
    ]
    return node(
        "SceneInfo",
        "GlobalInfo\x00\x01SceneInfo",
        "UserData",
        children=[
            node("Type", "UserData"),
            node("Version", 100),
            node("MetaData", children=meta),
            properties(rows),
        ],
    )


def _settings(fps: Fraction, last: np.int64, unit_cm: float) -> Node:
    """Right-handed, +Y up."""
    axes = [
        (f"{axis}Axis{part}", "int", value)
        for axis, index in (("Up", 1), ("Front", 2), ("Coord", 0), ("OriginalUp", 1))
        for part, value in (("", index), ("Sign", 1))
    ]
    rows = [
        *axes,
        ("UnitScaleFactor", "double", unit_cm),
        ("OriginalUnitScaleFactor", "double", unit_cm),
        ("AmbientColor", "colour", 0.0, 0.0, 0.0),
        ("DefaultCamera", "text", "Producer Perspective"),
        ("TimeMode", "enum", time_mode(fps)),
        ("TimeSpanStart", "time", np.int64(0)),
        ("TimeSpanStop", "time", last),
        ("CustomFrameRate", "double", float(fps)),
    ]
    return node("GlobalSettings", children=[node("Version", 1000), properties(rows)])


def _documents(take: str) -> Node:
    rows = [("SourceObject", "object"), ("ActiveAnimStackName", "text", take)]
    scene = node(
        "Document",
        _DOCUMENT,
        "Scene",
        "Scene",
        children=[properties(rows), node("RootNode", ROOT)],
    )
    return node("Documents", children=[node("Count", 1), scene])


def _definitions(objects: Sequence[Node]) -> Node:
    """How many objects of each class there are."""
    counts = Counter({"GlobalSettings": 1}) + Counter(each.name for each in objects)
    return node(
        "Definitions",
        children=[
            node("Version", 100),
            node("Count", counts.total()),
            *(
                node("ObjectType", name, children=[node("Count", count)])
                for name, count in counts.items()
            ),
        ],
    )


def takes(take: str, last: np.int64) -> Node:
    """The list of animations, one from time 0 to `last`, as older programs read it."""
    span = [node(name, np.int64(0), last) for name in ("LocalTime", "ReferenceTime")]
    one = node("Take", take, children=[node("FileName", f"{take}.tak"), *span])
    return node("Takes", children=[node("Current", take), one])
