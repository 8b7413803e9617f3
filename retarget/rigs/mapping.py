"""Finds which bone follows which joint: by a known naming, by names, by shape; never by guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from livemocap.skeleton import BODY_JOINTS, SMPLX

from .doubts import agreement, carrier, doubtful
from .finger_shape import fingers_by_shape
from .fingers import face_by_name, fingers_by_name
from .joint_map import JointMap, Match
from .limbs import limbs_by_name
from .names import BoneName, read_names
from .presets import Preset, Recognised, presets, recognise
from .skeleton import RigSkeleton
from .topology import body_by_shape
from .tree import JUST_ENOUGH, Found, ancestors
from .trunk import spine_by_place, trunk_by_name

_HANGS, _HANGS_WELL = 0.5, 0.75
"""The part of limb bones that hang below the bones that should carry them: with fewer than the
first, names lie; with as many as the second they do not, whatever the shape says."""

_COMPARABLE = 3
"""Joints that both names and shape must know before they are compared."""

_WHOLE = 16
"""As many of the body's joints are a body."""

_NAMED = 12
"""Where names know that many of the body's joints, bones are what they are called."""

_MAY_BE = {"foot": ("toe", "finger"), "neck": ("neck", "spine"), "head": ("head", "spine")}
"""What bones are called that the shape takes for a joint."""

_SHAPE_KNOWS = 0.8
"""How sure the shape must be to make a name doubtful."""


def map_joints(skeleton: RigSkeleton, known: Iterable[Preset] | None = None) -> JointMap:
    """The bones of a rig for SMPL-X's joints, each with a certainty.

    What is not certain enough stands in `unsure`; what contradicts the rig's own shape
    (a bone above the one that carries it, left on the right) does as well.

    Args:
        known: namings to recognise; all built-in ones by default.
    """
    names = read_names(skeleton.names)
    shape = _shape(skeleton, names)
    recognised = recognise(skeleton, presets() if known is None else known)
    if recognised and recognised.preset.own:
        return _joint_map(skeleton, _exact(recognised), set(), recognised.preset.name)
    found = by_name(skeleton, names) if recognised is None else _exact(recognised)
    if _misnamed(skeleton, found, shape):
        return _by_shape(skeleton)
    if recognised:
        found = _completed(skeleton, names, recognised)
        return _joint_map(skeleton, found, doubtful(skeleton, found), recognised.preset.name)
    merged = _merged(found, shape, names)
    merged |= fingers_by_shape(skeleton, merged)
    doubts = doubtful(skeleton, merged) | _shape_differs(found, shape)
    return _joint_map(skeleton, merged, doubts, None)


def _shape(skeleton: RigSkeleton, names: Sequence[BoneName]) -> Found:
    """With what names put aside left out; with everything where that shows more: names may lie."""
    shape = body_by_shape(skeleton, [bool(name.aside) for name in names])
    if len(_sure(shape)) >= _WHOLE:
        return shape
    return max(shape, body_by_shape(skeleton), key=lambda found: len(_sure(found)))


def _sure(found: Found) -> Found:
    return {joint: match for joint, match in found.items() if match[1] >= JUST_ENOUGH}


def _by_shape(skeleton: RigSkeleton) -> JointMap:
    shape = body_by_shape(skeleton)
    shape |= fingers_by_shape(skeleton, shape)
    return _joint_map(skeleton, shape, doubtful(skeleton, shape), None)


def by_name(skeleton: RigSkeleton, names: Sequence[BoneName]) -> Found:
    """What the names and the order in which bones hang tell."""
    found = limbs_by_name(skeleton, names)
    found |= trunk_by_name(skeleton, names, found)
    found |= fingers_by_name(skeleton, names, found)
    return found | face_by_name(skeleton, names, found)


def _exact(recognised: Recognised) -> Found:
    return {joint: (row, 1.0) for joint, row in recognised.rows.items()}


def _completed(skeleton: RigSkeleton, names: Sequence[BoneName], recognised: Recognised) -> Found:
    """A naming's bones, and what it leaves open."""
    found = _whole_fingers(_exact(recognised))
    more = fingers_by_name(skeleton, names, found) | face_by_name(skeleton, names, found)
    taken = {bone for bone, _ in found.values()}
    closed = {joint for joint, bone in recognised.preset.bones.items() if bone is None}
    more = {j: m for j, m in more.items() if j not in closed | set(found) and m[0] not in taken}
    found |= more
    return found if "spine3" in closed else _with_spine(skeleton, names, found)


def _whole_fingers(found: Found) -> Found:
    """Without fingers of which the naming has only some bones here: it means another bone."""
    digits = [joint[:-1] for joint in found if joint[-1:].isdigit() and "_" in joint]
    return {j: m for j, m in found.items() if digits.count(j[:-1]) in (0, 3) or "_" not in j}


def _with_spine(skeleton: RigSkeleton, names: Sequence[BoneName], found: Found) -> Found:
    """A naming's spine may be shorter or longer in this rig: the chest decides."""
    spine, chest = spine_by_place(skeleton, names, found)
    if not spine or found.get("spine3", (-1, 0))[0] == chest:
        return found
    return {j: m for j, m in found.items() if not j.startswith("spine")} | spine


def _misnamed(skeleton: RigSkeleton, found: Found, shape: Found) -> bool:
    """Whether names lie: bones hang in another order, or the shape knows better."""
    below = [j for j in SMPLX.names[:BODY_JOINTS] if j in found and _same_limb(j, found)]
    good = sum(found[carrier(j, found)][0] in ancestors(skeleton, found[j][0]) for j in below)
    if len(below) >= 6 and good < _HANGS * len(below):
        return True
    if len(below) >= 6 and good >= _HANGS_WELL * len(below):
        return False
    same, common = agreement(found, _sure(shape))
    return common >= _COMPARABLE and same < 0.5 * common


def _same_limb(joint: str, found: Found) -> bool:
    side = joint.partition("_")[0]
    return "_" in joint and carrier(joint, found).startswith(side)


def _otherwise_named(joint: str, name: BoneName) -> bool:
    """Whether a bone's name says that it is something else than a joint."""
    fitting = ("", *_MAY_BE.get(joint.rpartition("_")[2], ()))
    return bool(name.aside or name.strange) or name.part not in fitting


def _merged(found: Found, shape: Found, names: Sequence[BoneName]) -> Found:
    """By name; where names are silent or unsure, by shape, if no other joint has that bone."""
    weak = {j for j, (_, sure) in found.items() if sure < JUST_ENOUGH}
    taken = {bone for j, (bone, _) in found.items() if j not in weak}
    named = len(set(_sure(found)) & set(SMPLX.names[:BODY_JOINTS])) >= _NAMED
    more = {
        joint: (bone, min(sure, 0.5) if named and _otherwise_named(joint, names[bone]) else sure)
        for joint, (bone, sure) in shape.items()
        if (joint not in found or joint in weak) and bone not in taken
    }
    agreed = {j for j in weak & set(shape) if found[j][0] == shape[j][0]}
    return found | more | {j: (shape[j][0], max(shape[j][1], 0.8)) for j in agreed}


def _shape_differs(found: Found, shape: Found) -> set[str]:
    """Joints where ambiguous words, or the few words there are, met another shape."""
    few = 2 * len(found) < len(_sure(shape))
    return {
        joint
        for joint, (bone, sure) in found.items()
        if joint in shape
        and shape[joint][0] != bone
        and shape[joint][1] >= _SHAPE_KNOWS
        and (few or sure < _SHAPE_KNOWS)
    }


def _joint_map(
    skeleton: RigSkeleton, found: Found, doubts: set[str], preset: str | None
) -> JointMap:
    matches, unsure = {}, {}
    for joint in SMPLX.names:
        if joint not in found:
            continue
        bone, sure = found[joint]
        good = sure >= JUST_ENOUGH and joint not in doubts
        sure = round(sure if good else min(sure, 0.5), 2)
        (matches if good else unsure)[joint] = Match(skeleton.names[bone], sure)
    missing = tuple(joint for joint in SMPLX.names if joint not in found)
    return JointMap(matches=matches, unsure=unsure, missing=missing, preset=preset)
