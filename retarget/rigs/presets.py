"""Namings of bones as data: built in, and a person's own as JSON files in a folder."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..errors import RetargetError
from .joint_map import JointMap
from .names import clean_names
from .skeleton import RigSkeleton

_BUILT_IN = Path(__file__).with_name("presets")

_NEEDED = 0.95
"""How many of a naming's body bones a rig must have."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A naming."""

    name: str
    title: str
    """For people."""
    bones: Mapping[str, str | None]
    """Joint name to bone name; None where these rigs have a bone that must not be driven, or
    none at all. Joints that are not named are looked for as in any rig."""
    also: tuple[str, ...] = ()
    """Bones that tell this naming from one that it contains."""
    own: bool = True
    """A person's: believed as it stands, before all that are built in."""
    skeleton: Mapping[str, Any] | None = None
    """What characters have in common beside names, see `standard`; None: of controls, or nobody
    said."""


def presets(folder: Path | None = None) -> tuple[Preset, ...]:
    """A person's own first, then the built-in ones."""
    own = [load_preset(path) for path in sorted(folder.glob("*.json"))] if folder else []
    return (*own, *_built_in())


@cache
def _built_in() -> tuple[Preset, ...]:
    found = (load_preset(path) for path in sorted(_BUILT_IN.glob("*.json")))
    return tuple(replace(preset, own=False) for preset in found)


def load_preset(path: Path) -> Preset:
    """A preset from its JSON file.

    Raises:
        RetargetError: it cannot be read, or names a joint that is none.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        bones = dict(stored["bones"])
        preset = Preset(
            name=path.stem,
            title=str(stored.get("title", path.stem)),
            bones=bones,
            also=tuple(stored.get("also", ())),
            skeleton=stored.get("skeleton"),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RetargetError(f"{path}: not a rig preset ({error})") from error
    for joint, bone in bones.items():
        if joint not in SMPLX.names:
            raise RetargetError(f"{path}: '{joint}' is no joint of SMPL-X")
        if bone is not None and not isinstance(bone, str):
            raise RetargetError(f"{path}: the bone of '{joint}' must be a name or null")
    return preset


def save_preset(path: Path, joint_map: JointMap, title: str = "") -> Preset:
    """Keeps a map as a person's own preset: what is not mapped stays so."""
    bones = {joint: joint_map.bones.get(joint) for joint in SMPLX.names}
    stored = {"title": title or path.stem, "bones": bones}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(stored, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8")
    return Preset(name=path.stem, title=stored["title"], bones=bones)


@dataclass(frozen=True)
class Recognised:
    """A preset and a rig's bones by its names."""

    preset: Preset
    rows: Mapping[str, int]
    """Joint name to bone row."""


def recognise(skeleton: RigSkeleton, known: Iterable[Preset]) -> Recognised | None:
    """The naming that a rig's names fit best, if they do: case, separators, namespaces, and what
    all names begin or end with make no difference."""
    by_key = _rows_by_key(skeleton.names, clean_names(skeleton.names))
    best, best_rank = None, (False, 0.0, False, 0)
    for preset in known:
        for rows in _readings(by_key, preset):
            rank = _rank(preset, rows)
            if rank > best_rank:
                best, best_rank = Recognised(preset, _joints(preset, rows)), rank
    return best if best_rank[1] >= _NEEDED else None


def fitted(skeleton: RigSkeleton, preset: Preset) -> dict[str, int]:
    """Rows by joint of those of a preset's bones that a rig has, be they ever so few."""
    by_key = _rows_by_key(skeleton.names, clean_names(skeleton.names))
    readings = [by_key, *_readings(by_key, preset)]
    return max((_joints(preset, rows) for rows in readings), key=len)


def _rows_by_key(names: Sequence[str], clean: Sequence[str]) -> dict[str, int]:
    keys: dict[str, int] = {}
    for row, short in enumerate(clean):
        keys.setdefault(_key(short), row)
    for row, name in enumerate(names):
        keys.setdefault(_key(name), row)
    return keys


@cache
def _key(name: str) -> str:
    key = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))
    return key.replace("little", "pinky")  # both are said in the same families


def _readings(rows: Mapping[str, int], preset: Preset) -> Iterable[Mapping[str, int]]:
    """The rig's bones by key, without whatever stands around one of the preset's keys."""
    anchor = _key(preset.bones.get("left_elbow") or preset.bones.get("pelvis") or "")
    around = {tuple(key.split(anchor, 1)) for key in rows if anchor and anchor in key}
    for before, after in sorted(around, key=lambda pair: len(pair[0]) + len(pair[1])):
        cut = len(after)
        yield {
            key[len(before) : len(key) - cut]: row
            for key, row in rows.items()
            if key.startswith(before) and key.endswith(after)
        }


def _rank(preset: Preset, rows: Mapping[str, int]) -> tuple[bool, float, bool, int]:
    """A person's own that fits whole; the part of its body bones that are there; the narrower
    naming; bones in all."""
    body = [b for joint in SMPLX.names[:BODY_JOINTS] if (b := preset.bones.get(joint))]
    named = [bone for bone in preset.bones.values() if bone]
    part = sum(_key(bone) in rows for bone in body) / max(len(body), 1)
    count = sum(_key(bone) in rows for bone in named)
    if any(_key(bone) not in rows for bone in preset.also):
        part = 0.0
    return preset.own and count == len(named) > 0, part, bool(preset.also), count


def _joints(preset: Preset, rows: Mapping[str, int]) -> dict[str, int]:
    found = {joint: rows.get(_key(bone)) for joint, bone in preset.bones.items() if bone}
    return {joint: row for joint, row in found.items() if row is not None}
