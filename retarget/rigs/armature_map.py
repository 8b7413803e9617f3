"""The joints of a character out of a file: what the file states, the rest by names and shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from livemocap.skeleton import SMPLX

from .armature import Armature
from .joint_map import JointMap, Match
from .mapping import map_joints
from .presets import Preset

_STATED, _STATED_BY = 1.0, "vrm"


def map_armature(armature: Armature, known: Iterable[Preset] | None = None) -> JointMap:
    """What `map_joints` finds, except where the file itself knows better."""
    return with_stated(map_joints(armature.skeleton, known), armature.humanoid)


def with_stated(guessed: JointMap, stated: Mapping[str, str]) -> JointMap:
    """A map with the bones that a file names itself; each bone then follows one joint only."""
    if not stated:
        return guessed
    certain = {joint: Match(bone, _STATED) for joint, bone in stated.items()}
    matches = _without(guessed.matches, stated) | certain
    unsure = _without(guessed.unsure, stated)
    return JointMap(
        matches={joint: matches[joint] for joint in SMPLX.names if joint in matches},
        unsure=unsure,
        missing=tuple(
            joint for joint in SMPLX.names if joint not in matches and joint not in unsure
        ),
        preset=guessed.preset or _STATED_BY,
    )


def _without(guesses: Mapping[str, Match], stated: Mapping[str, str]) -> dict[str, Match]:
    """Guesses for other joints at other bones than those stated."""
    taken = set(stated.values())
    return {
        joint: match
        for joint, match in guesses.items()
        if joint not in stated and match.bone not in taken
    }
