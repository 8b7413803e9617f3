# SPDX-License-Identifier: GPL-3.0-or-later
"""What we know of a character of the user's, kept in their file as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import bpy
import numpy as np

from livemocap.rotation import Array
from retarget.errors import RetargetError
from retarget.rigs.joint_map import JointMap, Match
from retarget.rigs.rig import RootMotion
from retarget.rigs.skeleton import RigSkeleton

from .actors import Rule
from .copies import is_copy, noted_name
from .reader import rest_skeleton
from .settings import RigSettings, settings_from, stored_settings

_KEY, _KEYS = "livemocap_rig", "livemocap_rigs"
"""Custom property of an object, and of the scene for objects of other files: Blender does not
save what is added to those."""


@dataclass(frozen=True, kw_only=True)
class RigNote:
    """One character. Where it stood when it was noted is home: motion starts out from there."""

    home: Array
    """(4, 4) the object in Blender's world."""
    location: Array
    """(3,) the object's own."""
    space: Array
    """(3, 3) takes a move of the object's own to the world, Blender's axes."""
    joint_map: JointMap
    rule: Rule = Rule.NEAREST
    track_id: int | None = None
    shares: bool = False
    live: bool = True
    """Moves with its person; off: stays as it is, and keeps its person."""
    root: RootMotion = RootMotion.HIPS
    foot_lock: float = 1.0
    """0 lets feet slide as they are posed, 1 holds them for good where they stand."""
    settings: RigSettings = field(default_factory=RigSettings)
    by_hand: frozenset[str] = frozenset()
    """Joints whose bone a person chose, or took away."""
    parents: Mapping[str, str | None] = field(default_factory=dict)
    """What really moves a bone, where that is not its parent; None: nothing does."""
    followed: str = ""
    """`control_rig.followed` when that was found out."""
    calibration: Mapping[str, Array] = field(default_factory=dict)
    """(3, 3) by joint, by hand."""
    residual_deg: Mapping[str, float] = field(default_factory=dict)
    """How far limbs point from the actor's, by limb, when it was last looked at."""


def note_here(rig_object: bpy.types.Object, joint_map: JointMap) -> RigNote:
    """A new note: home is where it stands now."""
    home = np.array(rig_object.matrix_world, float)
    own = np.array(rig_object.matrix_basis, float)
    return RigNote(
        home=home,
        location=np.array(rig_object.location, float),
        space=(home @ np.linalg.inv(own))[:3, :3],
        joint_map=joint_map,
    )


def skeleton_at_home(rig_object: bpy.types.Object, note: RigNote) -> RigSkeleton:
    """Its bones at rest, wherever it has been carried.

    Raises:
        RetargetError: it has no bones, or its scale mirrors or flattens it.
    """
    return rest_skeleton(rig_object, note.home)


def note_text(rig_object: bpy.types.Object) -> str | None:
    """What was noted of an object. Who was copied of somebody who follows a person does not."""
    if _is_ours_to_write(rig_object):
        text = rig_object.get(_KEY)
        if not isinstance(text, str):
            return None
        return _following_nobody(text) if is_copy(rig_object, text, _KEY) else text
    return _scene_notes().get(rig_object.name_full)


def write_note(rig_object: bpy.types.Object, note: RigNote | None) -> None:
    """Note it, or, of None, forget it."""
    text = None if note is None else as_text(note, rig_object.name)
    if _is_ours_to_write(rig_object):
        if text is not None:
            rig_object[_KEY] = text
        elif _KEY in rig_object:
            del rig_object[_KEY]
        return
    notes = {key: value for key, value in _scene_notes().items() if key != rig_object.name_full}
    if text is not None:
        notes[rig_object.name_full] = text
    bpy.context.scene[_KEYS] = json.dumps(notes)


def read_note(rig_object: bpy.types.Object) -> RigNote | None:
    """What was noted of an object; a copy's home is where it stands.

    Raises:
        RetargetError: somebody else wrote there.
    """
    text = note_text(rig_object)
    if text is None:
        return None
    note = from_text(text)
    if not _is_ours_to_write(rig_object) or not is_copy(rig_object, text, _KEY):
        return note
    here = note_here(rig_object, note.joint_map)
    return replace(note, home=here.home, location=here.location, space=here.space)


def as_text(note: RigNote, of: str = "") -> str:
    """What is kept of a note in the file.

    Args:
        of: the object's name.
    """
    joints = note.joint_map
    stored: dict[str, Any] = {
        "version": 1,
        "of": of,
        "home": note.home.tolist(),
        "location": note.location.tolist(),
        "space": note.space.tolist(),
        "rule": note.rule.value,
        "person": None if note.track_id is None else str(note.track_id),
        "shares": note.shares,
        "live": note.live,
        "root": note.root.value,
        "foot_lock": round(note.foot_lock, 3),
        "settings": stored_settings(note.settings),
        "by_hand": sorted(note.by_hand),
        "preset": joints.preset,
        "map": _stored(joints.matches),
        "unsure": _stored(joints.unsure),
        "missing": list(joints.missing),
        "parents": dict(note.parents),
        "followed": note.followed,
        "calibration": {joint: np.asarray(C).tolist() for joint, C in note.calibration.items()},
        "residual_deg": {limb: round(deg, 3) for limb, deg in note.residual_deg.items()},
    }
    return json.dumps(stored, ensure_ascii=False)


@lru_cache(maxsize=64)
def from_text(text: str) -> RigNote:
    """The inverse of `as_text`.

    Raises:
        RetargetError: it is something else.
    """
    try:
        stored = json.loads(text)
        person = stored["person"]
        return RigNote(
            home=_array(stored["home"], (4, 4)),
            location=_array(stored["location"], (3,)),
            space=_array(stored["space"], (3, 3)),
            rule=Rule(stored["rule"]),
            track_id=None if person is None else int(person),
            shares=bool(stored["shares"]),
            live=bool(stored["live"]),
            root=RootMotion(stored["root"]),
            foot_lock=_strength(stored.get("foot_lock", 1.0)),
            settings=settings_from(stored.get("settings", {})),
            by_hand=frozenset(stored.get("by_hand", ())),
            joint_map=JointMap(
                matches=_matches(stored["map"]),
                unsure=_matches(stored["unsure"]),
                missing=tuple(stored["missing"]),
                preset=stored["preset"],
            ),
            parents=dict(stored["parents"]),
            followed=str(stored.get("followed", "")),
            calibration={j: _array(C, (3, 3)) for j, C in stored["calibration"].items()},
            residual_deg={limb: float(deg) for limb, deg in stored["residual_deg"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RetargetError(
            f"what is noted of this character cannot be read ({error}): assign it anew"
        ) from None


@lru_cache(maxsize=64)
def _following_nobody(text: str) -> str:
    """The note as it is without its person."""
    try:
        note = from_text(text)
    except RetargetError:
        return text  # whoever wants to read it says so
    return as_text(replace(note, rule=Rule.NOBODY, track_id=None), noted_name(text))


def _is_ours_to_write(rig_object: bpy.types.Object) -> bool:
    return rig_object.library is None and rig_object.override_library is None


def _scene_notes() -> dict[str, str]:
    """By full name, of characters that live in other files."""
    text = bpy.context.scene.get(_KEYS)
    return _parsed(text) if isinstance(text, str) else {}


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, str]:
    """The same text is asked for at every tick."""
    try:
        notes = json.loads(text)
    except ValueError:
        return {}
    return notes if isinstance(notes, dict) else {}


def _stored(matches: Mapping[str, Match]) -> dict[str, list[Any]]:
    return {joint: [match.bone, round(match.certainty, 3)] for joint, match in matches.items()}


def _matches(stored: Mapping[str, Any]) -> dict[str, Match]:
    return {j: Match(str(bone), float(certainty)) for j, (bone, certainty) in stored.items()}


def _strength(stored: Any) -> float:
    strength = float(stored)
    if not 0 <= strength <= 1:
        raise ValueError(f"a foot lock of {strength}, expected 0 to 1")
    return strength


def _array(stored: Any, shape: tuple[int, ...]) -> Array:
    array = np.array(stored, float)
    if array.shape != shape:
        raise ValueError(f"an array of {array.shape}, expected {shape}")
    return array
