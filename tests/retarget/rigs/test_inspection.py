"""What is told of a character, to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from commands import livemocap
from motion import smooth_motion
from rigs_made import MadeRig, made_rig

from livemocap.skeleton import SMPLX
from retarget.bvh import write_bvh
from retarget.errors import RetargetError
from retarget.motion import resample
from retarget.rates import parse_rate
from retarget.rigs.armature import Armature
from retarget.rigs.inspection import Inspection, as_json, as_lines, choose
from retarget.rigs.joint_map import JointMap, Match

FILE = Path("file.fbx")


def found(made: MadeRig, name: str, **changes: object) -> tuple[Armature, JointMap]:
    joints = {
        "matches": made.joint_map.matches,
        "missing": made.joint_map.missing,
        "preset": made.joint_map.preset,
    }
    return Armature(name=name, skeleton=made.skeleton), JointMap(**{**joints, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ue4() -> MadeRig:
    return made_rig("ue4", rest="A", axes="random")


@pytest.fixture(scope="module")
def chibi() -> MadeRig:
    return made_rig("chibi")


def test_of_several_armatures_the_one_with_most_joints_is_looked_at(ue4, chibi) -> None:
    seen = choose([found(chibi, "small"), found(ue4, "big"), found(chibi, "third")], FILE)
    assert seen.armature.name == "big"
    assert seen.others == (("small", 18), ("third", 18))
    assert "small, 18 joints" in "\n".join(as_lines(seen))


def test_a_person_may_choose_another_by_name(ue4, chibi) -> None:
    both = [found(chibi, "small"), found(ue4, "big")]
    assert choose(both, FILE, "small").armature.name == "small"
    with pytest.raises(RetargetError, match=r"file\.fbx: .* 'middle', only small, big"):
        choose(both, FILE, "middle")


def test_an_a_pose_is_told_and_calibrated_away(ue4: MadeRig) -> None:
    seen = choose([found(ue4, "a")], FILE)
    assert seen.arms_deg == pytest.approx(np.degrees(0.86), abs=4)
    assert set(seen.residual_deg) >= {"left_arm", "right_leg", "left_fingers", "right_palm"}
    assert max(seen.residual_deg.values()) < 0.1
    assert "arms 52 degrees off" in "\n".join(as_lines(seen))
    t_pose = choose([found(made_rig("ue4", yaw_deg=70), "t")], FILE)
    assert t_pose.arms_deg == pytest.approx(5, abs=5)


def test_programs_get_exactly_the_form_that_is_promised(ue4: MadeRig) -> None:
    matches = {**ue4.joint_map.matches, "head": Match("head", 0.87654)}
    neck = matches.pop("neck")
    said = as_json(choose([found(ue4, "a", matches=matches, unsure={"neck": neck})], FILE))
    assert list(said) == ["preset", "map", "unsure", "missing", "residual_deg"]
    assert said["preset"] == "ue4"
    assert said["map"]["head"] == {"bone": "head", "certainty": 0.877}
    assert said["unsure"] == ["neck"]
    assert said["missing"] == ["jaw", "left_eye", "right_eye"]
    assert set(said["map"]) | set(said["unsure"]) | set(said["missing"]) == set(SMPLX.names)
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_people_see_every_bone_what_is_unsure_and_what_is_missing(chibi: MadeRig) -> None:
    matches = dict(chibi.joint_map.matches)
    head = Match(matches.pop("head").bone, 0.4)
    seen = choose([found(chibi, "Knight", matches=matches, unsure={"head": head})], FILE)
    lines = list(as_lines(seen))
    table = [line.split() for line in lines]
    assert ["left_elbow", "lowerarm.l", "1.00"] in table
    assert ["head", "head", "0.40"] in table[table.index(["joint", "bone", "certainty"]) + 18 :]
    text = " ".join(lines)
    assert "17 found, 1 unsure, 37 of SMPL-X's 55 missing" in text
    assert "left_index1-3" in text
    assert "left_index2" not in text
    assert all(len(part) < 100 for line in lines for part in line.splitlines())


def test_a_rig_without_pelvis_is_told_all_the_same(chibi: MadeRig) -> None:
    matches = {j: m for j, m in chibi.joint_map.matches.items() if j != "pelvis"}
    missing = ("pelvis", *chibi.joint_map.missing)
    seen = choose([found(chibi, "Knight", matches=matches, missing=missing)], FILE)
    assert seen.residual_deg == {}
    assert "no bone follows the pelvis" in "\n".join(as_lines(seen))
    assert as_json(seen)["residual_deg"] == {}


def test_nothing_found_at_all_is_no_crash() -> None:
    made = made_rig("chibi", scrambled_names=True)
    nothing: Inspection = choose([found(made, "x", matches={}, missing=SMPLX.names)], FILE)
    assert "0 found" in "\n".join(as_lines(nothing))


def test_the_command_reads_a_bvh_file(tmp_path: Path) -> None:
    fps = parse_rate("30")
    write_bvh(resample(smooth_motion(4), fps), fps, tmp_path / "walk.bvh")
    done = livemocap("rigs", "inspect", tmp_path / "walk.bvh", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said["preset"] == "smplx"
    assert {joint: match["bone"] for joint, match in said["map"].items()} == {
        name: name for name in SMPLX.names
    }
    assert min(match["certainty"] for match in said["map"].values()) >= 0.9
    shown = livemocap("rigs", "inspect", tmp_path / "walk.bvh")
    assert "55 found, 0 unsure" in shown.stdout


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    for arguments, says in (
        (["inspect", tmp_path / "no.bvh"], "no such file"),
        (["inspect", tmp_path / "no.obj"], ".fbx, .glb"),
        (["list", "--presets", tmp_path / "no"], "no such folder"),
    ):
        done = livemocap("rigs", *arguments)
        assert done.returncode == 2
        assert says in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_the_command_lists_the_namings_that_are_known() -> None:
    shown = livemocap("rigs", "list").stdout
    known = json.loads(livemocap("rigs", "list", "--json").stdout)
    names = {preset["name"] for preset in known}
    assert {"smplx", "mixamo", "ue4", "ue5", "rigify", "makehuman", "vrm", "cmu", "unity"} <= names
    assert all(preset["title"] in shown for preset in known)
