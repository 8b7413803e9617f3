"""What a file states of its own joints wins over what is guessed."""

from __future__ import annotations

from livemocap.skeleton import SMPLX
from retarget.rigs.armature_map import with_stated
from retarget.rigs.joint_map import JointMap, Match

GUESSED = JointMap(
    matches={"pelvis": Match("Hips", 0.9), "head": Match("Hat", 0.8), "neck": Match("Neck", 0.7)},
    unsure={"jaw": Match("Beard", 0.3), "left_eye": Match("Bead", 0.2)},
    missing=tuple(n for n in SMPLX.names if n not in ("pelvis", "head", "neck", "jaw", "left_eye")),
    preset="Mixamo",
)


def test_without_statements_nothing_changes() -> None:
    assert with_stated(GUESSED, {}) is GUESSED


def test_a_statement_replaces_the_guess_and_is_certain() -> None:
    found = with_stated(GUESSED, {"head": "Head", "jaw": "Chin"})
    assert found.matches["head"] == Match("Head", 1.0)
    assert found.matches["jaw"] == Match("Chin", 1.0)
    assert found.matches["pelvis"] == Match("Hips", 0.9)
    assert set(found.unsure) == {"left_eye"}


def test_no_bone_follows_two_joints() -> None:
    found = with_stated(GUESSED, {"head": "Neck", "right_eye": "Bead"})
    assert found.bones == {"pelvis": "Hips", "head": "Neck", "right_eye": "Bead"}
    assert found.unsure == {"jaw": Match("Beard", 0.3)}


def test_every_joint_is_found_unsure_or_missing_once() -> None:
    found = with_stated(GUESSED, {"head": "Neck", "left_foot": "Toes"})
    everything = [*found.matches, *found.unsure, *found.missing]
    assert sorted(everything) == sorted(SMPLX.names)
