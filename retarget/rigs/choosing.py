"""A person's own choices of bones for joints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from livemocap.skeleton import SMPLX

from ..errors import RetargetError
from .joint_map import JointMap, Match
from .mapping import map_joints
from .mirror import SIDED, opposite_bone, other_side
from .presets import Preset, fitted
from .skeleton import RigSkeleton

_CHOSEN = 1.0


def choose_bone(joints: JointMap, joint: str, bone: str | None) -> JointMap:
    """The joint moves this bone, and no other joint does; None: it moves none."""
    return choose_bones(joints, {joint: bone})


def choose_bones(joints: JointMap, bones: Mapping[str, str | None]) -> JointMap:
    """As `choose_bone`, of several joints at once.

    Raises:
        RetargetError: there is no such joint.
    """
    if unknown := set(bones) - set(SMPLX.names):
        raise RetargetError(f"SMPL-X has no joint {', '.join(map(repr, sorted(unknown)))}")
    chosen = {joint: Match(bone, _CHOSEN) for joint, bone in bones.items() if bone is not None}
    taken = {match.bone for match in chosen.values()}
    matches = _others(joints.matches, bones, taken) | chosen
    unsure = _others(joints.unsure, bones, taken)
    return JointMap(
        matches={joint: matches[joint] for joint in SMPLX.names if joint in matches},
        unsure=unsure,
        missing=tuple(j for j in SMPLX.names if j not in matches and j not in unsure),
        preset=joints.preset,
    )


def accept(joints: JointMap, names: Iterable[str]) -> JointMap:
    """The guesses for these joints are right."""
    guesses = {joint: joints.unsure[joint].bone for joint in names if joint in joints.unsure}
    return choose_bones(joints, guesses)


def mirror_bones(skeleton: RigSkeleton, joints: JointMap, side: str) -> dict[str, str]:
    """Bones for the joints of the other side, as those of this side have theirs.

    Args:
        side: `left` or `right`, the one that is right already.
    """
    found: dict[str, str] = {}
    for joint, bone in joints.bones.items():
        other = other_side(joint)
        if joint in SIDED and other and joint.startswith(side) and bone in skeleton.rows:
            opposite = opposite_bone(skeleton, joints.bones, bone)
            if opposite is not None and joints.bones.get(other) != opposite:
                found[other] = opposite
    return found


@dataclass(frozen=True)
class Applied:
    """What a preset gives on a rig."""

    joints: JointMap
    lost: Mapping[str, str]
    """Bones by joint that the preset names and the rig does not have."""


def apply_preset(skeleton: RigSkeleton, preset: Preset) -> Applied:
    """A preset's bones on a rig, whether all of them are there or not.

    Raises:
        RetargetError: there is no bone for the hips.
    """
    rows = fitted(skeleton, preset)
    named = {joint: bone for joint, bone in preset.bones.items() if bone}
    lost = {joint: bone for joint, bone in named.items() if joint not in rows}
    if "pelvis" not in rows:
        raise RetargetError(
            f"'{preset.title}' does not fit: {len(lost)} of its {len(named)} bones are not in this "
            "rig, and that of the hips is one of them"
        )
    found = map_joints(skeleton, [preset])
    if found.preset == preset.name and not lost:
        return Applied(found, lost)
    matches = {joint: Match(skeleton.names[row], _CHOSEN) for joint, row in rows.items()}
    ordered = {joint: matches[joint] for joint in SMPLX.names if joint in matches}
    missing = tuple(joint for joint in SMPLX.names if joint not in matches)
    return Applied(JointMap(matches=ordered, missing=missing, preset=preset.name), lost)


def _others(
    matches: Mapping[str, Match], joints: Iterable[str], taken: set[str]
) -> dict[str, Match]:
    """Without these joints, and without those that had the bones that are taken now."""
    gone = set(joints)
    return {j: match for j, match in matches.items() if j not in gone and match.bone not in taken}
