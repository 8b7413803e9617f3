"""Bones that a person chooses for joints, and whole presets put on rigs of other making."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rigs_made import NAMINGS, made_rig

from livemocap.skeleton import SMPLX
from retarget.errors import RetargetError
from retarget.rigs.choosing import (
    accept,
    apply_preset,
    choose_bone,
    choose_bones,
    mirror_bones,
)
from retarget.rigs.joint_map import JointMap, Match
from retarget.rigs.mapping import map_joints
from retarget.rigs.mirror import opposite_bone
from retarget.rigs.presets import presets

BY_NAME = {preset.name: preset for preset in presets()}


def stands_once(joints: JointMap) -> bool:
    """Whether every joint is in exactly one of the three parts, and no bone has two."""
    places = [*joints.matches, *joints.unsure, *joints.missing]
    bones = list(joints.bones.values())
    return sorted(places) == sorted(SMPLX.names) and len(bones) == len(set(bones))


def test_a_chosen_bone_is_taken_from_the_joint_that_had_it() -> None:
    joints = map_joints(made_rig(naming="ue4").skeleton)
    chosen = choose_bone(joints, "left_elbow", "hand_l")
    assert chosen.matches["left_elbow"] == Match("hand_l", 1.0)
    assert "left_wrist" in chosen.missing
    assert stands_once(chosen)
    cleared = choose_bone(chosen, "left_elbow", None)
    assert "left_elbow" in cleared.missing
    assert stands_once(cleared)
    assert set(joints.bones) - set(cleared.bones) == {"left_elbow", "left_wrist"}


def test_a_joint_that_does_not_exist_cannot_be_chosen() -> None:
    with pytest.raises(RetargetError, match="no joint 'tail'"):
        choose_bone(JointMap(matches={}), "tail", "tail_01")


def test_accepting_makes_a_guess_sure_and_leaves_the_others_as_they_are() -> None:
    joints = map_joints(made_rig(naming="ue4").skeleton)
    guess = Match("neck_01", 0.4)
    matches = {joint: match for joint, match in joints.matches.items() if joint != "neck"}
    unsure = replace(joints, matches=matches, unsure={"neck": guess, "jaw": Match("head", 0.2)})
    unsure = replace(unsure, missing=tuple(j for j in joints.missing if j != "jaw"))
    accepted = accept(unsure, ["neck", "left_eye"])
    assert accepted.matches["neck"] == Match("neck_01", 1.0)
    assert dict(accepted.unsure) == {"jaw": Match("head", 0.2)}
    assert stands_once(accepted)


@pytest.mark.parametrize("naming", NAMINGS)
def test_mirroring_finds_the_other_half_of_any_naming(naming: str) -> None:
    skeleton = made_rig(naming=naming).skeleton
    whole = map_joints(skeleton)
    for side, other in (("left", "right"), ("right", "left")):
        half = choose_bones(whole, {j: None for j in whole.bones if j.startswith(other)})
        found = choose_bones(half, dict(mirror_bones(skeleton, half, side)))
        assert found.bones == whole.bones


def test_mirroring_goes_by_place_where_names_say_nothing() -> None:
    skeleton = made_rig(naming="ue4", rest="A", yaw_deg=50).skeleton
    whole = map_joints(skeleton).bones
    numbers = {name: f"bone {row * 7 % 101}" for row, name in enumerate(skeleton.names)}
    unnamed = replace(skeleton, names=tuple(numbers.values()))
    bones = {joint: numbers[bone] for joint, bone in whole.items()}
    for joint in ("left_elbow", "left_pinky2", "right_foot"):
        other = joint.replace("left", "LEFT").replace("right", "left").replace("LEFT", "right")
        assert opposite_bone(unnamed, bones, bones[joint]) == bones[other]
    assert opposite_bone(unnamed, bones, bones["spine2"]) is None


@pytest.mark.parametrize("name", ["Arm.L", "ArmL", "lArm", "J_Bip_L_Arm", "Bip01 L Arm", "LArm"])
def test_names_change_their_side_however_it_is_written(name: str) -> None:
    skeleton = made_rig(naming="ue4").skeleton
    swapped = re.sub("(?<![a-z])L(?![a-z])|L$", "R", name) if "L" in name else "rArm"
    names = (name, swapped, *skeleton.names[2:])
    assert opposite_bone(replace(skeleton, names=names), {}, name) == swapped


def test_a_preset_of_its_own_kind_fits_whole() -> None:
    skeleton = made_rig(naming="ue4").skeleton
    applied = apply_preset(skeleton, BY_NAME["ue4"])
    assert applied.joints == map_joints(skeleton)
    assert not applied.lost


def test_a_preset_of_another_character_names_what_does_not_fit() -> None:
    skeleton = made_rig(naming="ue4").skeleton
    names = tuple({"hand_l": "claw", "foot_r": "hoof"}.get(n, n) for n in skeleton.names)
    applied = apply_preset(replace(skeleton, names=names), BY_NAME["ue4"])
    assert dict(applied.lost) == {"left_wrist": "hand_l", "right_ankle": "foot_r"}
    assert stands_once(applied.joints)
    assert "left_wrist" in applied.joints.missing


def test_a_preset_without_bone_for_the_hips_is_refused() -> None:
    skeleton = made_rig(naming="ue4").skeleton
    with pytest.raises(RetargetError, match="'Mixamo' does not fit: 53 of its 54 bones"):
        apply_preset(skeleton, BY_NAME["mixamo"])
