from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from motion import smooth_motion
from readers.clips import bvhio_clip, smplx_parents, three_clip, worst_mm, worst_rest_mm

from livemocap.rotation import matrix_from_quat, quat_from_rotvec
from livemocap.skeleton import SMPLX
from retarget.bvh import read_bvh, write_bvh
from retarget.errors import RetargetError
from retarget.motion import PersonMotion, resample

FILM = Fraction(24000, 1001)
RATES = (FILM, Fraction(30000, 1001), Fraction(30), Fraction(60))


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_bvhio_finds_every_joint_where_forward_kinematics_puts_it(
    tmp_path: Path, fps: Fraction
) -> None:
    motion = resample(smooth_motion(), fps)
    write_bvh(motion, fps, tmp_path / "a.bvh")
    clip = bvhio_clip(tmp_path / "a.bvh", motion.frames, fps)
    assert worst_mm(clip, motion, 0.01) < 0.05
    assert worst_rest_mm(clip, motion, 0.01) < 0.01
    assert clip.parents == smplx_parents()
    assert clip.found["frames"] == motion.frames
    assert clip.found["frame_time_s"] == pytest.approx(float(1 / fps), rel=1e-12)


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_three_js_finds_every_joint_where_forward_kinematics_puts_it(
    tmp_path: Path, fps: Fraction
) -> None:
    motion = resample(smooth_motion(), fps)
    write_bvh(motion, fps, tmp_path / "a.bvh")
    clip = three_clip(tmp_path / "a.bvh", motion.frames, fps)
    assert worst_mm(clip, motion, 0.01) < 0.05
    assert worst_rest_mm(clip, motion, 0.01) < 0.01
    assert (clip.names, clip.parents) == (names_depth_first(), smplx_parents())
    assert (clip.found["first_s"], clip.found["frames"]) == (0, motion.frames)
    assert clip.found["last_s"] == pytest.approx((motion.frames - 1) / fps, rel=1e-6)


def names_depth_first(joint: int = 0) -> list[str]:
    below = [name for child in SMPLX.children[joint] for name in names_depth_first(child)]
    return [SMPLX.names[joint], *below]


def test_metres_are_a_hundredth_of_centimetres(tmp_path: Path) -> None:
    motion = smooth_motion(5)
    write_bvh(motion, Fraction(30), tmp_path / "cm.bvh")
    write_bvh(motion, Fraction(30), tmp_path / "m.bvh", units="m")
    cm, m = (read_bvh(tmp_path / name) for name in ("cm.bvh", "m.bvh"))
    np.testing.assert_allclose(cm.joints() / 100, m.joints(), atol=1e-5)
    np.testing.assert_allclose(cm.offsets / 100, m.offsets, atol=1e-6)


def test_the_root_has_no_offset_and_all_last_joints_have_an_end(tmp_path: Path) -> None:
    write_bvh(smooth_motion(2), Fraction(30), tmp_path / "a.bvh")
    clip = read_bvh(tmp_path / "a.bvh")
    np.testing.assert_array_equal(clip.offsets[0], 0)
    last = {j for j, children in enumerate(clip.skeleton.children) if not children}
    assert set(clip.end_sites) == last
    assert all(np.linalg.norm(end) > 0.5 for end in clip.end_sites.values())


def test_joints_can_be_called_as_another_program_wants(tmp_path: Path) -> None:
    names = [f"mixamorig:{name}" for name in SMPLX.names]
    write_bvh(smooth_motion(2), Fraction(30), tmp_path / "a.bvh", names=names)
    assert set(read_bvh(tmp_path / "a.bvh").skeleton.names) == set(names)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1.0, 3.1]), st.sampled_from(["cm", "m"]))
def test_what_is_written_is_read_again(tmp_path: Path, seed: int, angle: float, units: str) -> None:
    rng = np.random.default_rng(seed)
    motion = PersonMotion(
        track_id=1,
        times_s=np.arange(4) / 30,
        local_wxyz=quat_from_rotvec(rng.uniform(-angle, angle, (4, 55, 3))),
        pelvis=rng.uniform(-9, 9, (4, 3)),
        rest_joints=rng.uniform(-1, 1, (55, 3)),
    )
    write_bvh(motion, FILM, tmp_path / "a.bvh", units=units)
    clip = read_bvh(tmp_path / "a.bvh")
    order = clip.skeleton.indices(*SMPLX.names)
    scale = {"cm": 100, "m": 1}[units]
    assert clip.frame_time_s == 1001 / 24000
    wanted = matrix_from_quat(motion.local_wxyz)
    np.testing.assert_allclose(clip.local_rotations()[:, order], wanted, atol=1e-7)
    np.testing.assert_allclose(clip.joints()[:, order] / scale, motion.joints(), atol=5e-6)


def test_angles_do_not_jump_when_a_joint_turns_past_its_pole(tmp_path: Path) -> None:
    t = np.linspace(0, 3, 200)
    motion = smooth_motion(200)
    turning = np.zeros((200, 55, 3))
    turning[:, :, 0] = 4 * t[:, None]
    turning[:, 0] = np.stack([0 * t + 0.2, 4 * t, 0 * t], -1)
    turned = PersonMotion(
        track_id=1,
        times_s=motion.times_s,
        local_wxyz=quat_from_rotvec(turning),
        pelvis=motion.pelvis,
        rest_joints=motion.rest_joints,
    )
    write_bvh(turned, Fraction(30), tmp_path / "a.bvh")
    angles = read_bvh(tmp_path / "a.bvh").values[:, 3:]
    assert np.abs(np.diff(angles, axis=0)).max() < 10


def test_a_file_of_another_writer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "other.bvh"
    path.write_text(
        "HIERARCHY\nROOT My Hips\n{\n OFFSET 1 2 3\n CHANNELS 3 Yrotation Zrotation Xrotation\n"
        " JOINT Arm\n {\n  OFFSET 1 0 0\n  CHANNELS 1 Zrotation\n"
        "  End Site\n  {\n   OFFSET 2 0 0\n  }\n }\n}\n"
        "MOTION\nFrames:\t1\nFrame Time:\t0.04\n0 90 0 0\n",
    )
    clip = read_bvh(path)
    assert clip.skeleton.names == ("My Hips", "Arm")
    np.testing.assert_allclose(clip.joints()[0], [[1, 2, 3], [1, 3, 3]], atol=1e-12)
    np.testing.assert_array_equal(clip.rest_joints(), [[1, 2, 3], [2, 2, 3]])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("HIERARCHY\n", "no MOTION"),
        ("HIERARCHY\nROOT a\n{\nMOTION\nFrames: 1\nFrame Time: 1\n", "damaged"),
        ("ROOT a\n{\n}\nMOTION\n", "HIERARCHY expected"),
        (
            "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n}\n"
            "MOTION\nFrames: 2\nFrame Time: 0.1\n1\n",
            "2 frames promised, 1 found",
        ),
        ("HIERARCHY\nROOT a\n{\nOFFSET 0 nan 0\nMOTION\n", "OFFSET in joint a is no number"),
    ],
)
def test_a_damaged_file_is_an_error_that_says_so(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "a.bvh").write_text(text)
    with pytest.raises(RetargetError, match=why):
        read_bvh(tmp_path / "a.bvh")


@pytest.mark.parametrize("wrong", ["local_wxyz", "pelvis", "rest_joints"])
def test_what_is_no_number_is_not_written(wrong: str, tmp_path: Path) -> None:
    motion = smooth_motion(4)
    values = getattr(motion, wrong).copy()
    values[2] = np.nan
    with pytest.raises(RetargetError, match="no numbers"):
        write_bvh(replace(motion, **{wrong: values}), Fraction(30), tmp_path / "a.bvh")
    assert not list(tmp_path.iterdir())


def test_a_write_that_fails_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    with pytest.raises(RetargetError):
        write_bvh(smooth_motion(3), Fraction(30), tmp_path / "a.bvh", names=SMPLX.names[:10])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RetargetError, match="file"):
        write_bvh(smooth_motion(3), Fraction(30), tmp_path / "file" / "a.bvh")
