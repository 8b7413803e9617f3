"""Joints, rotations, jitter, feet and delay of people whose true motion is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import smooth_tracks

from livemocap.coords import assumed_intrinsics, transform, transform_points
from livemocap.messages import TrackFrame
from livemocap.rotation import matrix_from_rotvec, rotvec_from_matrix
from tracking.evaluate.contacts import planted
from tracking.evaluate.motions import ShownMotion, TrueMotion
from tracking.evaluate.scenario import pose_scenario
from tracking.evaluate.scoring import figures, score
from tracking.evaluate.take_motion import shown_motion, true_motion

FPS = 30.0
T_WORLD_CAM = transform(np.diag([1.0, -1, -1]), [1.0, 1.0, 8.0])
"""In front of everybody."""


def filmed(frames: int = 90) -> list[TrackFrame]:
    K = assumed_intrinsics(640, 480).astype(np.float32)
    return [
        replace(f, K=K, T_world_cam=T_WORLD_CAM.astype(np.float32))
        for f in smooth_tracks(frames, FPS, people=(1, 4))
    ]


@pytest.fixture(scope="module")
def truth() -> TrueMotion:
    return true_motion(filmed())


@pytest.fixture(scope="module")
def right(truth: TrueMotion) -> ShownMotion:
    """The truth itself."""
    shown = shown_motion(filmed(), truth)
    assert shown is not None
    return shown


def measured(truth: TrueMotion, shown: ShownMotion) -> dict[str, float]:
    return figures(score(pose_scenario("made up", truth, shown)).counts)


def test_the_truth_itself_has_no_errors(truth: TrueMotion, right: ShownMotion) -> None:
    found = measured(truth, right)
    assert (found["HOTA"], found["people"], found["tracks"]) == (pytest.approx(100), 2, 2)
    for name in ("mpjpe_mm", "pa_mpjpe_mm", "mpjpe_absolute_mm", "rotation_deg"):
        assert found[name] == pytest.approx(0, abs=1e-5), name
    for name in ("acceleration_mm", "root_acceleration_mm", "lag_ms", "root_lag_ms"):
        assert found[name] == pytest.approx(0, abs=0.2), name
    assert found["jerk_ratio"] == pytest.approx(1)
    assert np.isnan(found["delay_ms"])


def test_a_shift_moves_places_and_nothing_else(truth: TrueMotion, right: ShownMotion) -> None:
    found = measured(truth, replace(right, joints=right.joints + np.array([0.03, 0.04, -0.1])))
    assert found["root_across_mm"] == pytest.approx(50)
    assert found["root_depth_mm"] == pytest.approx(100)
    assert found["mpjpe_absolute_mm"] == pytest.approx(1000 * np.sqrt(0.05**2 + 0.1**2))
    assert found["mpjpe_mm"] == pytest.approx(0, abs=1e-5)
    assert found["root_acceleration_mm"] == pytest.approx(0, abs=1e-5)


def test_another_size_is_an_error_that_alignment_takes_out(
    truth: TrueMotion, right: ShownMotion
) -> None:
    pelvis = right.joints[:, :1]
    found = measured(truth, replace(right, joints=pelvis + 1.1 * (right.joints - pelvis)))
    true = truth.joints.reshape(-1, 22, 3)
    expected = 100 * np.linalg.norm(true - true[:, :1], axis=-1).mean()
    assert found["mpjpe_mm"] == pytest.approx(expected)
    assert found["pa_mpjpe_mm"] == pytest.approx(0, abs=1e-4)


def test_a_turned_person_is_off_at_the_root_alone(truth: TrueMotion, right: ShownMotion) -> None:
    rotvecs = right.local_rotvecs.copy()
    turn = matrix_from_rotvec(np.radians([0.0, 10, 0]))
    rotvecs[:, 0] = rotvec_from_matrix(turn @ matrix_from_rotvec(rotvecs[:, 0]))
    found = measured(truth, replace(right, local_rotvecs=rotvecs))
    assert found["root_rotation_deg"] == pytest.approx(10)
    assert found["rotation_deg"] == pytest.approx(0, abs=1e-5)


def test_white_noise_is_jitter_of_a_known_size(truth: TrueMotion, right: ShownMotion) -> None:
    noise = 0.01 * np.random.default_rng(0).standard_normal((len(right.ids), 1, 3))
    found = measured(truth, replace(right, joints=right.joints + noise))
    # second differences have the variance 1 + 4 + 1, and a 3D Gaussian the mean length 1.596
    assert found["root_acceleration_mm"] == pytest.approx(10 * 6**0.5 * 1.596, rel=0.1)
    assert found["acceleration_mm"] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("frames", [1, 3, 5])
def test_motion_that_comes_late_lags_by_as_much(
    truth: TrueMotion, right: ShownMotion, frames: int
) -> None:
    late = np.maximum(right.frames - frames, 0)
    person = np.searchsorted(truth.person_ids, right.ids)
    shown = replace(
        right,
        joints=truth.joints[late, person],
        delays_s=np.full(len(right.ids), 0.1),
    )
    found = measured(truth, shown)
    assert found["lag_ms"] == pytest.approx(1000 * frames / FPS, abs=2)
    assert found["root_lag_ms"] == pytest.approx(1000 * frames / FPS, abs=2)
    assert found["delay_ms"] == pytest.approx(100)


def test_smoothing_lowers_jerk(truth: TrueMotion, right: ShownMotion) -> None:
    joints = right.joints.copy()
    for track in (1, 4):
        rows = right.ids == track
        padded = np.pad(joints[rows], ((4, 4), (0, 0), (0, 0)), mode="edge")
        joints[rows] = np.mean([padded[k : k + rows.sum()] for k in range(9)], 0)
    assert measured(truth, replace(right, joints=joints))["jerk_ratio"] < 0.8


def test_planted_feet_that_drift_slide(truth: TrueMotion, right: ShownMotion) -> None:
    standing = np.broadcast_to(truth.joints[:1], truth.joints.shape).copy()
    still = replace(truth, joints=standing, planted=np.ones_like(truth.planted))
    person = np.searchsorted(truth.person_ids, right.ids)
    drift = np.outer(right.frames / FPS, [0.03, 0.02, 0.04])[:, None]  # 0.02 is up: no slide
    found = measured(still, replace(right, joints=standing[right.frames, person] + drift))
    assert found["foot_slide_mm_s"] == pytest.approx(50)
    assert found["true_foot_slide_mm_s"] == pytest.approx(0, abs=1e-9)


def test_exchanged_ids_are_two_switches(truth: TrueMotion, right: ShownMotion) -> None:
    ids = np.where(right.frames < 45, right.ids, 5 - right.ids)
    found = measured(truth, replace(right, ids=ids))
    assert (found["switches"], found["IDF1"]) == (2, 50)
    assert found["mpjpe_mm"] == pytest.approx(0, abs=1e-5)


def test_finding_people_who_do_not_count_costs_nothing(
    truth: TrueMotion, right: ShownMotion
) -> None:
    counted = truth.counted.copy()
    counted[30:60, 1] = False
    found = measured(replace(truth, counted=counted), right)
    assert (found["false"], found["missed"], found["HOTA"]) == (0, 0, pytest.approx(100))
    only_counted = right.ids == 1
    shown = replace(
        right,
        **{
            name: getattr(right, name)[only_counted | (right.frames < 30) | (right.frames >= 60)]
            for name in ("frames", "ids", "joints", "local_rotvecs", "delays_s")
        },
    )
    assert measured(replace(truth, counted=counted), shown)["HOTA"] == pytest.approx(100)


def test_another_world_does_not_matter_to_the_camera(truth: TrueMotion) -> None:
    moved = transform(matrix_from_rotvec(np.array([0.1, 2.0, 0.2])), np.array([3.0, -1, 2]))
    elsewhere = []
    for f in filmed():
        rotvecs = f.joint_rotvecs.astype(float)
        rotvecs[:, 0] = rotvec_from_matrix(moved[:3, :3] @ matrix_from_rotvec(rotvecs[:, 0]))
        elsewhere.append(
            replace(
                f,
                joint_rotvecs=rotvecs.astype(np.float32),
                joints=transform_points(moved, f.joints).astype(np.float32),
                T_world_cam=(moved @ T_WORLD_CAM).astype(np.float32),
            )
        )
    by_camera, in_world = (shown_motion(elsewhere, truth, w) for w in (False, True))
    assert by_camera is not None
    assert in_world is not None
    assert measured(truth, by_camera)["mpjpe_absolute_mm"] < 0.01
    assert measured(truth, by_camera)["root_rotation_deg"] < 0.01
    assert np.abs(in_world.joints - by_camera.joints).max() > 1


def test_feet_stand_where_they_are_low_and_still() -> None:
    times_s = np.arange(60) / 30
    feet = np.zeros((60, 1, 2, 3))
    feet[20:40, 0, 0, 0] = np.linspace(0, 0.8, 20)  # one foot swings ahead
    feet[40:, 0, 0, 0] = 0.8
    feet[:, 0, 1, 1] = np.where((times_s > 1) & (times_s < 1.5), 0.3, 0)  # one is held up
    found = planted(feet, np.ones((60, 1), bool), times_s)[:, 0]
    assert found[2:18].all()
    assert not found[22:38, 0].any()
    assert found[42:58, 0].all()
    assert not found[33:43, 1].any()
