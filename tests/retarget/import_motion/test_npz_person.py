import pickle
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from motion_files import Z_UP, joints_of, rest_body, upright_motion, write_amass

from livemocap.rotation import Array, geodesic, matrix_from_quat, rotvec_from_quat
from livemocap.skeleton import SMPLX
from retarget.errors import RetargetError
from retarget.import_motion.npz_person import read_npz_person
from retarget.import_motion.recording import RestBody

MOTION = upright_motion()
BODY, HANDS = SMPLX.names[:22], SMPLX.names[25:]
PLACED = ["head", "left_foot", "right_wrist"]


def own_body(_model: str, _gender: str, _betas: Array) -> RestBody:
    """As if the body that was asked for were installed."""
    return replace(rest_body(), stands_in=False)


@pytest.mark.parametrize(
    ("columns", "names"), [(72, BODY), (156, (*BODY, *HANDS)), (165, SMPLX.names)]
)
def test_amass_of_every_model_moves_as_it_says(
    columns: int, names: tuple[str, ...], tmp_path: Path
) -> None:
    path = write_amass(tmp_path / "a.npz", MOTION, columns)
    recording = read_npz_person(path, own_body)
    assert recording.fps == 30
    assert np.array(SMPLX.names)[recording.known].tolist() == list(names)
    joints = SMPLX.indices(*names)
    found, wanted = recording.motion.local_wxyz, MOTION.local_wxyz
    off = geodesic(matrix_from_quat(found[:, joints]), matrix_from_quat(wanted[:, joints]))
    assert off.max() < 1e-6
    np.testing.assert_allclose(found[:, ~recording.known, 0], 1.0)


def test_the_pelvis_turns_upright_with_the_rest_of_the_body(tmp_path: Path) -> None:
    path = write_amass(tmp_path / "a.npz", MOTION, 165)
    recording = read_npz_person(path, own_body)
    # `trans` is not the pelvis: turning it alone would put people beside where they were
    np.testing.assert_allclose(recording.motion.pelvis, MOTION.pelvis, atol=1e-9)
    found = joints_of(recording.motion, PLACED)
    np.testing.assert_allclose(found, joints_of(MOTION, PLACED), atol=1e-6)
    assert "up is +Z" in recording.notes


def test_joints_are_where_the_smplx_package_puts_them(tmp_path: Path) -> None:
    from smplx.lbs import batch_rigid_transform, batch_rodrigues

    path = write_amass(tmp_path / "a.npz", MOTION, 165)
    with np.load(path) as arrays:
        poses, trans = torch.from_numpy(arrays["poses"]), arrays["trans"]
    turns = batch_rodrigues(poses.reshape(-1, 3)).reshape(40, 55, 3, 3)
    rest = torch.from_numpy(MOTION.rest_joints).expand(40, 55, 3)
    joints, _ = batch_rigid_transform(turns, rest, torch.tensor(SMPLX.parents))
    upright = (joints.numpy() + trans[:, None]) @ Z_UP
    np.testing.assert_allclose(read_npz_person(path, own_body).motion.joints(), upright, atol=1e-6)


def test_another_axis_is_up_when_somebody_says_so(tmp_path: Path) -> None:
    path = write_amass(tmp_path / "a.npz", MOTION, 165)
    lying = read_npz_person(path, own_body, up="y").motion
    found = joints_of(lying, PLACED)
    np.testing.assert_allclose(found, joints_of(MOTION, PLACED) @ Z_UP.T, atol=1e-6)


def parts_of(motion: object = MOTION, **more: object) -> dict[str, object]:
    rotvecs = rotvec_from_quat(MOTION.local_wxyz)
    return {
        "global_orient": rotvecs[:, :1],
        "body_pose": rotvecs[:, 1:22].reshape(40, -1),
        "jaw_pose": rotvecs[:, 22],
        "leye_pose": rotvecs[:, 23],
        "reye_pose": rotvecs[:, 24],
        "left_hand_pose": rotvecs[:, 25:40],
        "right_hand_pose": rotvecs[:, 40:].reshape(40, -1),
        "transl": MOTION.pelvis - MOTION.rest_joints[0],
        "betas": np.zeros((1, 10)),
        "fps": 59.94,
    } | more


def saved(path: Path, arrays: dict[str, object]) -> Path:
    np.savez(path, **arrays)  # pyright: ignore[reportArgumentType]
    return path


def test_smplx_in_parts_moves_as_it_says(tmp_path: Path) -> None:
    recording = read_npz_person(saved(tmp_path / "a.npz", parts_of()), own_body)
    assert recording.fps == Fraction(60000, 1001)
    assert recording.known.all()
    assert not recording.hand_mean_known
    found = joints_of(recording.motion, list(SMPLX.names))
    np.testing.assert_allclose(found, joints_of(MOTION, list(SMPLX.names)), atol=1e-6)


def test_upside_down_as_cameras_have_it_is_turned_over(tmp_path: Path) -> None:
    from livemocap.rotation import rotvec_from_matrix

    R = np.diag([1.0, -1, -1])
    turned = rotvec_from_matrix(R @ matrix_from_quat(MOTION.local_wxyz[:, 0]))
    arrays = parts_of(global_orient=turned, transl=MOTION.pelvis @ R - MOTION.rest_joints[0])
    recording = read_npz_person(saved(tmp_path / "a.npz", arrays), own_body)
    np.testing.assert_allclose(
        joints_of(recording.motion, PLACED), joints_of(MOTION, PLACED), atol=1e-6
    )


def test_hands_as_principal_components_stay_flat_and_that_is_said(tmp_path: Path) -> None:
    arrays = parts_of(left_hand_pose=np.ones((40, 12)))
    recording = read_npz_person(saved(tmp_path / "a.npz", arrays), own_body)
    assert any("left_hand_pose is 12 principal components" in n for n in recording.notes)
    left = SMPLX.indices(*(name for name in HANDS if name.startswith("left")))
    assert not recording.known[left].any()
    np.testing.assert_allclose(recording.motion.local_wxyz[:, left, 0], 1.0)


def test_a_body_that_stands_in_is_said_and_finds_its_floor(tmp_path: Path) -> None:
    recording = read_npz_person(write_amass(tmp_path / "a.npz", MOTION), rest_body)
    assert recording.needs_floor
    assert any("male smplh body" in note and "made_up" in note for note in recording.notes)
    assert not read_npz_person(tmp_path / "a.npz", own_body).needs_floor


def refused(path: Path, why: str) -> None:
    with pytest.raises(RetargetError, match=why) as refusal:
        read_npz_person(path, own_body)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"mocap_framerate": None}, "--source-fps"),
        ({"mocap_framerate": 0.0}, "--source-fps"),
        ({"poses": None}, "holds trans, betas"),
        ({"poses": np.zeros((40, 150))}, "150 columns"),
        ({"poses": np.zeros((0, 156))}, "empty"),
        ({"poses": np.array(["a"] * 156)}, "no numbers"),
        ({"poses": np.array([[None] * 156] * 2)}, "pickled"),
        ({"trans": np.zeros((39, 3))}, r"trans has shape \(39, 3\)"),
        ({"trans": np.full((40, 3), np.nan)}, "frame 1 of trans"),
    ],
    ids=str,
)
def test_what_is_no_motion_is_refused_by_name(
    more: dict[str, object], why: str, tmp_path: Path
) -> None:
    refused(write_amass(tmp_path / "a.npz", MOTION, **more), why)


def test_the_rate_can_be_said(tmp_path: Path) -> None:
    path = write_amass(tmp_path / "a.npz", MOTION, mocap_framerate=None)
    assert read_npz_person(path, own_body, fps=Fraction(120)).fps == 120


def test_a_gender_that_is_pickled_is_done_without(tmp_path: Path) -> None:
    path = write_amass(tmp_path / "a.npz", MOTION, gender=np.array("male", object))
    assert read_npz_person(path, own_body).motion.frames == 40


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return exec, ("raise SystemExit('it ran')",)


def test_pickles_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(pickle.dumps(Bomb()))
    refused(path, "no .npz")
    refused(write_amass(path, MOTION, poses=np.array([Bomb()], object)), "pickled")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.9999])
def test_a_damaged_file_is_refused(share: float, tmp_path: Path) -> None:
    path = write_amass(tmp_path / "a.npz", MOTION)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    refused(path, "no .npz|damaged")
    refused(tmp_path / "missing.npz", "No such file")


def test_flipped_bytes_are_refused(tmp_path: Path) -> None:
    path = write_amass(tmp_path / "a.npz", MOTION)
    content = bytearray(path.read_bytes())
    content[5000] ^= 0xFF
    path.write_bytes(content)
    refused(path, "damaged")
