from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from livemocap.cli.evaluate import add_evaluate
from livemocap.cli.evaluate.estimates import from_poses, from_tracks
from livemocap.cli.evaluate.pose import evaluate
from livemocap.cli.evaluate.table import one_line, table
from livemocap.cli.evaluate.truth import Truth, TruthError
from livemocap.coords import assumed_intrinsics, project, transform, transform_points
from livemocap.joint_errors import aligned_error_mm
from livemocap.messages import TRACK_OBSERVED, TRACK_TENTATIVE, PoseFrame, TrackFrame
from livemocap.rotation import matrix_from_rotvec, rotvec_from_matrix
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from livemocap.take import TakeWriter

SIZE = (640, 480)
K = assumed_intrinsics(*SIZE)
R_WORLD_TO_CAM = np.diag([1.0, -1, -1]) @ matrix_from_rotvec(np.array([0.2, 0, 0]))
FRAMES, PEOPLE = 12, 2


@pytest.fixture(scope="module")
def clip() -> dict[str, np.ndarray]:
    """Two people who sway in front of the camera, in the keys of a truth file."""
    rng = np.random.default_rng(0)
    poses = 0.2 * rng.standard_normal((1, PEOPLE, 55, 3)) + 0.02 * np.sin(
        np.arange(FRAMES)[:, None, None, None] + rng.standard_normal((PEOPLE, 55, 3))
    )
    world = global_rotations(matrix_from_rotvec(poses), SMPLX)
    pelvis = np.array([[-0.7, 0, 4.0], [0.7, 0, 5.0]]) + np.zeros((FRAMES, 1, 1))
    pelvis[..., 0] += 0.01 * np.arange(FRAMES)[:, None] ** 2
    joints = joint_positions(R_WORLD_TO_CAM @ world, rest(), pelvis, SMPLX)
    return {
        "poses": poses,
        "joints_cam": joints,
        "K": K,
        "R_world_to_cam": R_WORLD_TO_CAM,
    }


def rest() -> np.ndarray:
    """A skeleton with bones of 10 to 20 cm, made up."""
    steps = np.random.default_rng(1).standard_normal((55, 3))
    steps *= 0.15 / np.linalg.norm(steps, axis=-1, keepdims=True)
    return joint_positions(np.tile(np.eye(3), (55, 1, 1)), np.cumsum(steps, 0), steps[0], SMPLX)


def truth_of(clip: dict[str, np.ndarray]) -> Truth:
    return Truth.of(**clip)


def perfect_poses(clip: dict[str, np.ndarray]) -> list[PoseFrame]:
    """What an engine would say that makes no errors, people in changing order."""
    frames = []
    for k in range(FRAMES):
        order = [0, 1] if k % 2 else [1, 0]
        local = matrix_from_rotvec(clip["poses"][k, order])
        local[:, 0] = R_WORLD_TO_CAM @ local[:, 0]
        joints = clip["joints_cam"][k, order]
        points = project(K, joints)
        frames.append(
            PoseFrame(
                camera_id="cam0",
                sequence=k,
                t_capture_ns=k,
                t_grab_ns=k,
                width=SIZE[0],
                height=SIZE[1],
                K=K.astype(np.float32),
                engine="perfect/1",
                body_model="made up",
                body_hash="",
                scores=np.ones(2, np.float32),
                boxes_px=np.zeros((2, 4), np.float32),
                joint_rotvecs=rotvec_from_matrix(local).astype(np.float32),
                pelvis=joints[:, 0].astype(np.float32),
                rest_joints=np.tile(rest(), (2, 1, 1)).astype(np.float32),
                betas=np.zeros((2, 0), np.float32),
                expression=np.zeros((2, 0), np.float32),
                joint_visibility=np.ones((2, 55), np.float32),
                keypoint_layout="smplx55",
                keypoints_px=np.concatenate([points, np.ones((2, 55, 1))], -1).astype(np.float32),
                appearance=np.zeros((2, 0), np.float32),
                engine_ids=np.array(order, np.int64) + 7,
            )
        )
    return frames


def as_tracks(frames: list[PoseFrame]) -> list[TrackFrame]:
    """The same people in a world that is turned and shifted."""
    T_world_cam = transform(matrix_from_rotvec(np.array([0.3, 2.0, 0.1])), np.array([1.0, 2, 3]))
    tracks = []
    for f in frames:
        local = matrix_from_rotvec(f.joint_rotvecs.astype(float))
        local[:, 0] = T_world_cam[:3, :3] @ local[:, 0]
        pelvis = transform_points(T_world_cam, f.pelvis)
        G = global_rotations(local, SMPLX)
        kept = {"rest_joints", "betas", "expression", "scores", "K", "body_model", "body_hash"}
        kept |= {"camera_id", "sequence", "t_capture_ns", "t_grab_ns", "width", "height"}
        tracks.append(
            TrackFrame(
                **{name: getattr(f, name) for name in kept},
                T_world_cam=T_world_cam.astype(np.float32),
                track_ids=f.engine_ids,
                states=np.full(2, TRACK_OBSERVED, np.uint8),
                detections=np.arange(2),
                joint_rotvecs=rotvec_from_matrix(local).astype(np.float32),
                pelvis=pelvis.astype(np.float32),
                joints=joint_positions(G, f.rest_joints, pelvis, SMPLX).astype(np.float32),
                joint_confidence=f.joint_visibility,
            )
        )
    return tracks


@pytest.mark.parametrize("view", ["poses", "tracks"])
def test_the_truth_itself_has_no_errors(clip: dict[str, np.ndarray], view: str) -> None:
    frames = perfect_poses(clip)
    estimates = from_poses(frames) if view == "poses" else from_tracks(as_tracks(frames))
    found = evaluate(estimates, truth_of(clip))
    assert (found.recall, found.precision, found.ids, found.switches) == (1, 1, 2, 0)
    assert found.expected == found.matched == FRAMES * PEOPLE
    assert found.mpjpe_mm < 0.01
    assert found.pa_mpjpe_mm < 0.01
    assert found.rotation_deg < 0.01
    assert abs(found.root_depth_bias) < 1e-5
    assert found.body_jitter_mm == pytest.approx(found.true_body_jitter_mm, abs=0.01)
    assert found.root_jitter_mm == pytest.approx(20, abs=0.01)


def test_known_errors_are_measured_as_such(clip: dict[str, np.ndarray]) -> None:
    turn = matrix_from_rotvec(np.array([0, 0, np.radians(10)]))
    frames = []
    for f in perfect_poses(clip):
        r = f.joint_rotvecs.copy()
        r[:, 0] = rotvec_from_matrix(turn @ matrix_from_rotvec(r[:, 0].astype(float)))
        frames.append(replace(f, joint_rotvecs=r, pelvis=f.pelvis * np.float32(1.1)))
    found = evaluate(from_poses(frames), truth_of(clip))
    assert found.rotation_deg == pytest.approx(10, abs=1e-3)
    assert found.rotation_of_joints_deg["left_wrist"] == pytest.approx(10, abs=0.01)
    assert found.root_depth_bias == pytest.approx(0.1, abs=1e-4)
    assert found.pa_mpjpe_mm < 0.01
    assert found.mpjpe_mm > 20


def test_only_the_first_frames_may_be_looked_at(clip: dict[str, np.ndarray]) -> None:
    found = evaluate(from_poses(perfect_poses(clip)), truth_of(clip), frames=5)
    assert (found.frames, found.expected) == (5, 10)


def test_missing_frames_and_people_lower_recall(clip: dict[str, np.ndarray]) -> None:
    found = evaluate(from_poses(perfect_poses(clip)[::2]), truth_of(clip))
    assert found.recall == 0.5
    assert found.precision == 1


def test_estimates_of_nobody_lower_precision(clip: dict[str, np.ndarray]) -> None:
    frames = [replace(f, keypoints_px=f.keypoints_px + 200) for f in perfect_poses(clip)]
    found = evaluate(from_poses(frames), truth_of(clip))
    assert (found.recall, found.precision) == (0, 0)
    assert np.isnan(found.mpjpe_mm)


def test_people_partly_outside_are_neither_expected_nor_wrong(
    clip: dict[str, np.ndarray],
) -> None:
    frames = [replace(f, width=320) for f in perfect_poses(clip)]
    found = evaluate(from_poses(frames), truth_of(clip), frames=3)
    assert found.expected == 3
    assert (found.recall, found.precision) == (1, 1)


def test_each_change_of_a_persons_id_is_a_switch(clip: dict[str, np.ndarray]) -> None:
    frames = perfect_poses(clip)
    frames[5:] = [replace(f, engine_ids=15 - f.engine_ids) for f in frames[5:]]
    found = evaluate(from_poses(frames), truth_of(clip))
    assert (found.switches, found.ids) == (2, 2)


def test_people_on_trial_are_left_out(clip: dict[str, np.ndarray]) -> None:
    tracks = as_tracks(perfect_poses(clip))
    trial = [replace(t, states=np.full(2, TRACK_TENTATIVE, np.uint8)) for t in tracks[:3]]
    assert evaluate(from_tracks(trial + tracks[3:]), truth_of(clip)).recall == 0.75


def test_alignment_takes_out_rotation_scale_and_shift_but_no_mirroring() -> None:
    rng = np.random.default_rng(2)
    joints = rng.standard_normal((4, 22, 3))
    R = matrix_from_rotvec(rng.standard_normal((4, 3)))
    moved = 1.7 * joints @ R.swapaxes(1, 2) + rng.standard_normal((4, 1, 3))
    assert aligned_error_mm(joints, moved).max() < 1e-6
    assert aligned_error_mm(joints, moved * (-1, 1, 1)).min() > 0.1


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_evaluate(parser.add_subparsers())
    args = parser.parse_args(["evaluate", "pose", *arguments])
    return args.run(args)


@pytest.fixture
def take_and_truth(clip: dict[str, np.ndarray], tmp_path: Path) -> tuple[str, str]:
    writer = TakeWriter(tmp_path / "take.mcap")
    for pose, track in zip(perfect_poses(clip), as_tracks(perfect_poses(clip)), strict=True):
        writer.write("pose/cam0", pose)
        writer.write("track", track)
    path = writer.close()
    np.savez(tmp_path / "clip_gt.npz", **clip)
    return str(path), str(tmp_path / "clip_gt.npz")


def test_a_take_is_compared_raw_and_tracked(
    take_and_truth: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*take_and_truth) == 0
    shown = capsys.readouterr().out
    assert "raw" in shown
    assert "tracked" in shown
    assert "100.0%" in shown
    assert run(*take_and_truth, "--json", "--frames", "4") == 0
    views = json.loads(capsys.readouterr().out)
    assert {name: v["frames"] for name, v in views.items()} == {"raw": 4, "tracked": 4}
    assert set(views["raw"]["rotation_of_joints_deg"]) == set(SMPLX.names[:22])


def test_the_summary_names_what_people_ask_for(clip: dict[str, np.ndarray]) -> None:
    found = evaluate(from_poses(perfect_poses(clip)), truth_of(clip))
    assert one_line(found).startswith("recall 100.0%, joints 0 mm")
    assert len(table({"raw": found}).splitlines()) > 22 + 12
    assert asdict(found)["recall"] == 1


def test_files_that_hold_no_truth_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", poses=np.zeros(3))
    with pytest.raises(TruthError, match="has no joints_cam"):
        Truth.load(tmp_path / "other.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(TruthError, match="cannot be read"):
        Truth.load(tmp_path / "text.npz")
    with pytest.raises(TruthError, match="cannot be read"):
        Truth.load(tmp_path / "none.npz")
