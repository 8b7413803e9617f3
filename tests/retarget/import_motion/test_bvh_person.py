from pathlib import Path

import numpy as np
import pytest
from motion_files import Z_UP, joints_of, rest_body, upright_motion, write_rig_bvh
from rigs_made import MadeRig, made_rig

from livemocap.rotation import geodesic, matrix_from_quat, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations
from retarget.errors import RetargetError
from retarget.import_motion.bvh_person import BvhWishes, read_bvh_person
from retarget.rigs.presets import Preset

NAMED = ["smplx", "mixamo", "ue4", "vroid", "unity", "cmu"]


def wishes(rig: MadeRig) -> BvhWishes:
    """The true map said by hand."""
    return BvhWishes(joints=Preset(name="true", title="true", bones=rig.bones))


@pytest.mark.parametrize("naming", NAMED)
@pytest.mark.parametrize("rest", ["T", "A"])
def test_joints_go_where_bones_went(naming: str, rest: str, tmp_path: Path) -> None:
    rig = made_rig(naming, rest=rest, yaw_deg=30.0)
    truth = write_rig_bvh(tmp_path / "a.bvh", rig, rest=rest, yaw_deg=30.0)
    recording = read_bvh_person(truth.path, rest_body(), wishes(rig))
    names = list(rig.bones)
    found = joints_of(recording.motion, names)
    np.testing.assert_allclose(found, truth.places[:, truth.rows(names)], atol=2e-6)
    assert [n for n, known in zip(SMPLX.names, recording.known, strict=True) if known] == names


@pytest.mark.parametrize("naming", [*NAMED, "makehuman", "vrm", "chibi"])
def test_bones_of_any_naming_are_found_by_themselves(naming: str, tmp_path: Path) -> None:
    rig = made_rig(naming, rest="A", yaw_deg=180.0, extras=("root", "ik", "hair"))
    truth = write_rig_bvh(tmp_path / "a.bvh", rig, rest="A", yaw_deg=180.0, turn=Z_UP)
    recording = read_bvh_person(truth.path, rest_body(), BvhWishes())
    known = [n for n, known in zip(SMPLX.names, recording.known, strict=True) if known]
    names = [name for name in rig.bones if name in known]
    assert len(names) == len(known) >= 0.85 * len(rig.bones)
    found = joints_of(recording.motion, names)
    np.testing.assert_allclose(found, truth.places[:, truth.rows(names)], atol=2e-6)


@pytest.mark.parametrize("naming", NAMED)
@pytest.mark.parametrize("rest", ["T", "A"])
def test_rotations_start_from_our_t_pose(naming: str, rest: str, tmp_path: Path) -> None:
    rig = made_rig(naming, rest=rest, yaw_deg=180.0)
    truth = write_rig_bvh(tmp_path / "a.bvh", rig, rest=rest, yaw_deg=180.0)
    motion = read_bvh_person(truth.path, rest_body(), wishes(rig)).motion
    world = global_rotations(matrix_from_quat(motion.local_wxyz), SMPLX)
    joints = SMPLX.indices(*rig.bones)
    off_deg = np.degrees(geodesic(world, truth.world))[:, joints].max(0)
    # what an A-pose twists arms by is not to be seen from where joints are
    assert off_deg.max() < (0.01 if rest == "T" else 7.0)


@pytest.mark.parametrize(
    ("unit_m", "said"),
    [(1.0, "unit m;"), (0.01, "unit cm"), (0.0254, "inches"), (0.0564444, "CMU")],
)
def test_the_unit_is_found_from_the_legs(unit_m: float, said: str, tmp_path: Path) -> None:
    truth = write_rig_bvh(tmp_path / "a.bvh", unit_m=unit_m)
    recording = read_bvh_person(truth.path, rest_body(), BvhWishes())
    assert said in recording.notes[0]
    assert "1.61 m tall" in recording.notes[0]
    found = joints_of(recording.motion, ["left_wrist"])
    np.testing.assert_allclose(found, truth.places[:, truth.rows(["left_wrist"])], atol=1e-4)


def test_a_unit_of_no_program_makes_the_person_of_usual_height(tmp_path: Path) -> None:
    truth = write_rig_bvh(tmp_path / "a.bvh", unit_m=0.3)
    [unit, *_] = read_bvh_person(truth.path, rest_body(), BvhWishes()).notes
    assert "unknown" in unit
    assert "--scale" in unit
    told = read_bvh_person(truth.path, rest_body(), BvhWishes(scale=0.3))
    found = joints_of(told.motion, ["head"])
    np.testing.assert_allclose(found, truth.places[:, truth.rows(["head"])], atol=1e-5)


@pytest.mark.parametrize("order", ["XYZ", "ZYX", "YXZ"])
def test_z_up_files_stand_up(order: str, tmp_path: Path) -> None:
    truth = write_rig_bvh(tmp_path / "a.bvh", turn=Z_UP, order=order)
    recording = read_bvh_person(truth.path, rest_body(), BvhWishes())
    assert "up is +Z" in recording.notes
    found = joints_of(recording.motion, ["head", "left_foot"])
    expected = truth.places[:, truth.rows(["head", "left_foot"])]
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_bones_with_six_channels_are_read_by_their_positions(tmp_path: Path) -> None:
    truth = write_rig_bvh(tmp_path / "a.bvh", moving_bones=True)
    text = truth.path.read_text()
    head, motion = text.split("MOTION")
    lines = ["OFFSET 0 0 0" if line.startswith("OFFSET") else line for line in head.splitlines()]
    truth.path.write_text("\n".join(lines) + "\nMOTION" + motion)
    recording = read_bvh_person(truth.path, rest_body(), BvhWishes())
    found = joints_of(recording.motion, ["left_index3"])
    np.testing.assert_allclose(found, truth.places[:, truth.rows(["left_index3"])], atol=2e-6)
    assert not [note for note in recording.notes if "move against" in note]


def test_a_frame_can_stand_for_a_rest_pose_that_is_no_person(tmp_path: Path) -> None:
    motion = upright_motion()
    motion.local_wxyz[4] = [1.0, 0, 0, 0]
    nobody = matrix_from_rotvec(np.random.default_rng(1).normal(size=(55, 3)) * 2)
    truth = write_rig_bvh(tmp_path / "a.bvh", made_rig(), motion, from_rest=nobody)
    notes = read_bvh_person(truth.path, rest_body(), wishes(truth.rig)).notes
    assert any("--rest-frame" in note for note in notes)
    recording = read_bvh_person(truth.path, rest_body(), BvhWishes(rest_frame=5))
    world = global_rotations(matrix_from_quat(recording.motion.local_wxyz), SMPLX)
    assert np.degrees(geodesic(world, truth.world))[:, recording.known].max() < 0.01
    with pytest.raises(RetargetError, match="it has 40 frames"):
        read_bvh_person(truth.path, rest_body(), BvhWishes(rest_frame=41))


def test_a_first_frame_in_t_pose_is_taken_where_the_rest_pose_is_no_person(tmp_path: Path) -> None:
    motion = upright_motion()
    motion.local_wxyz[0] = [1.0, 0, 0, 0]
    nobody = matrix_from_rotvec(np.random.default_rng(1).normal(size=(55, 3)) * 2)
    truth = write_rig_bvh(tmp_path / "a.bvh", made_rig(), motion, from_rest=nobody)
    recording = read_bvh_person(truth.path, rest_body(), BvhWishes())
    world = global_rotations(matrix_from_quat(recording.motion.local_wxyz), SMPLX)
    assert np.degrees(geodesic(world, truth.world))[:, recording.known].max() < 0.01
    assert any("frame 1 is taken" in note for note in recording.notes)


def test_extra_bones_between_joints_are_aimed_across(tmp_path: Path) -> None:
    rig = made_rig("ue4", extras=("root", "twist", "neck", "spine", "ik"))
    truth = write_rig_bvh(tmp_path / "a.bvh", rig)
    recording = read_bvh_person(truth.path, rest_body(), wishes(rig))
    names = list(rig.bones)
    found = joints_of(recording.motion, names)
    np.testing.assert_allclose(found, truth.places[:, truth.rows(names)], atol=2e-6)


def test_joints_that_a_skeleton_lacks_do_not_bend(tmp_path: Path) -> None:
    rig = made_rig("chibi")
    truth = write_rig_bvh(tmp_path / "a.bvh", rig)
    recording = read_bvh_person(truth.path, rest_body(), wishes(rig))
    lacking = ~recording.known
    np.testing.assert_allclose(recording.motion.local_wxyz[:, lacking], [[[1, 0, 0, 0]] * 37] * 40)
    rest, body = recording.motion.rest_joints, rest_body().joints
    hand = SMPLX.indices("left_index3", "left_wrist")
    size = np.linalg.norm(np.diff(rest[hand], axis=0)) / np.linalg.norm(np.diff(body[hand], axis=0))
    assert size == pytest.approx(1.0, abs=0.05)
    assert rest[SMPLX.index("spine3"), 1] > rest[SMPLX.index("spine1"), 1]
