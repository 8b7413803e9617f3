"""Skeletons of known namings, made after somebody's body."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from motion import rest_joints, smooth_motion

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX
from retarget.errors import RetargetError
from retarget.rigs.average_person import average_joints
from retarget.rigs.export import BakeWishes, bake
from retarget.rigs.export_file import ChosenRig
from retarget.rigs.joint_map import JointMap
from retarget.rigs.mapping import map_joints
from retarget.rigs.posed import posed_heads
from retarget.rigs.presets import Preset, presets
from retarget.rigs.skeleton import RigSkeleton
from retarget.rigs.standard import standard_skeleton

KNOWN = {preset.name: preset for preset in presets()}
CONTROLS = {"rigify", "auto_rig_pro_controls"}
WITH_SKELETON = sorted(set(KNOWN) - CONTROLS)


def standard(name: str, joints: Array | None = None) -> tuple[RigSkeleton, JointMap]:
    return standard_skeleton(KNOWN[name], average_joints() if joints is None else joints)


@pytest.mark.parametrize("name", WITH_SKELETON)
def test_what_is_made_is_recognised_as_what_it_was_made_of(name: str) -> None:
    skeleton, joints = standard(name)
    found = map_joints(skeleton)
    assert found.preset == name
    assert found.bones == joints.bones
    assert len(joints.bones) == sum(bone is not None for bone in KNOWN[name].bones.values())


@pytest.mark.parametrize("name", WITH_SKELETON)
def test_its_bones_have_axes_that_are_square_and_right_handed(name: str) -> None:
    skeleton, _ = standard(name)
    np.testing.assert_allclose(np.linalg.det(skeleton.axes), 1, atol=1e-9)
    assert np.abs(np.swapaxes(skeleton.axes, -1, -2) @ skeleton.axes - np.eye(3)).max() < 1e-9
    assert np.linalg.norm(skeleton.tails - skeleton.heads, axis=-1).min() > 1e-3


@pytest.mark.parametrize("name", ["smplx", "mixamo", "unity", "vrm1", "vroid", "biped"])
def test_bones_are_as_long_as_the_persons_so_joints_go_where_theirs_go(name: str) -> None:
    motion = smooth_motion(20)
    skeleton, joints = standard(name, motion.rest_joints)
    person = bake(
        motion, Fraction(30), ChosenRig("root", skeleton, joints), BakeWishes(foot_lock=0.0)
    )
    heads = posed_heads(person.rig, person.pose)
    for joint, bone in joints.bones.items():
        there = motion.joints()[:, SMPLX.index(joint)]
        assert np.linalg.norm(heads[:, skeleton.rows[bone]] - there, axis=-1).max() < 1e-5, joint


def test_unreals_mannequin_has_its_root_and_stands_with_its_arms_down() -> None:
    skeleton, joints = standard("ue5", rest_joints(1.1))
    assert skeleton.names[0] == "root"
    assert skeleton.parents[skeleton.rows["pelvis"]] == 0
    line, row = [], skeleton.rows["spine_05"]
    while row >= 0:
        line.append(skeleton.names[row])
        row = skeleton.parents[row]
    assert line == ["spine_05", "spine_04", "spine_03", "spine_02", "spine_01", "pelvis", "root"]
    arm = heads_of(skeleton, joints, "left_elbow") - heads_of(skeleton, joints, "left_shoulder")
    assert np.degrees(np.arctan2(-arm[1], arm[0])) == pytest.approx(45, abs=3)


def test_mixamos_bones_lie_along_their_y_axis_and_carry_its_prefix() -> None:
    skeleton, joints = standard("mixamo")
    for side in ("left", "right"):
        for joint, child in (("shoulder", "elbow"), ("hip", "knee"), ("index1", "index2")):
            bone = joints.bones[f"{side}_{joint}"]
            assert bone.startswith("mixamorig:")
            way = (
                heads_of(skeleton, joints, f"{side}_{child}") - skeleton.heads[skeleton.rows[bone]]
            )
            y = skeleton.axes[skeleton.rows[bone]][:, 1]
            np.testing.assert_allclose(y, normalize(way), atol=1e-9)


def test_unreals_right_limbs_point_the_other_way() -> None:
    skeleton, joints = standard("ue4")
    for side, sign in (("left", 1), ("right", -1)):
        bone = joints.bones[f"{side}_elbow"]
        way = heads_of(skeleton, joints, f"{side}_wrist") - skeleton.heads[skeleton.rows[bone]]
        x = skeleton.axes[skeleton.rows[bone]][:, 0]
        np.testing.assert_allclose(x, sign * normalize(way), atol=1e-9)


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_namings_of_controls_are_refused(name: str) -> None:
    with pytest.raises(RetargetError, match="name the character's file"):
        standard(name)


@pytest.mark.parametrize(
    ("skeleton", "why"),
    [
        ({"axes": "sideways", "bones": []}, "'sideways'"),
        ({"axes": {"trunk": "+x along"}, "bones": []}, "'trunk'"),
        ({"rest": "Z", "axes": "world", "bones": []}, "'Z'"),
        ({"axes": "world", "bones": [["Tail", "Hips"]]}, "where 'Tail' is"),
        ({"axes": "world", "bones": [["Tail", "Rump", "pelvis"]]}, "'Rump', which is nowhere"),
        ({"bones": []}, "'axes'"),
        ({"axes": "world"}, "'bones'"),
        ({"axes": {"trunk": "+x along +y back"}, "bones": []}, "makes no sense"),
        ({"axes": "world", "bones": [["Tail", None, "nowhere"]]}, "makes no sense"),
        ("T", "makes no sense"),
    ],
)
def test_a_skeleton_that_makes_no_sense_is_refused_in_words(skeleton: dict, why: str) -> None:
    preset: Preset = replace(KNOWN["unity"], skeleton=skeleton)
    with pytest.raises(RetargetError, match=why):
        standard_skeleton(preset, average_joints())


def test_joints_on_top_of_each_other_do_no_harm() -> None:
    joints = average_joints()
    joints[SMPLX.index("left_index2")] = joints[SMPLX.index("left_index1")]
    skeleton, _ = standard("mixamo", joints)
    np.testing.assert_allclose(np.linalg.det(skeleton.axes), 1, atol=1e-9)


def heads_of(skeleton: RigSkeleton, joints: JointMap, joint: str) -> Array:
    return skeleton.heads[skeleton.rows[joints.bones[joint]]]
