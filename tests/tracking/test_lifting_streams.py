"""Lifting in the tracker: streams that go wrong, lifters that go wrong, and takes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgpack
import numpy as np
import pytest
from faulty_streams import FAULTS, ids, steady, stream, track
from known_lifter import KnownLifter, h36m
from lifted_people import ScriptedLifter, nothing, standing
from seen_people import K
from tracked_takes import plain, poses, take_of
from tracking_studio import Studio, read

from livemocap import wire
from livemocap.cli import lift_stage
from livemocap.cli.main import main
from livemocap.cli.process import own_settings
from livemocap.config import ConfigError, load
from livemocap.coords import project
from livemocap.lifecycle import StopToken
from livemocap.lifter import Lifter, Sight
from livemocap.messages import LIFTED, EndOfStream, PoseFrame, TrackFrame
from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from livemocap.take import TakeReader, TakeWriter
from tracking.config import MODES, TrackingConfig
from tracking.lifting.limbs import JOINTS
from tracking.replay import retrack
from tracking.tracker import Tracker

Stream = list[PoseFrame]
FPS = 30.0


def tracked(frames: Stream, mode: str, lifter: Lifter | None, **config: object) -> list[TrackFrame]:
    settings = TrackingConfig(mode=mode, **config)  # type: ignore[arg-type]
    return track(frames, mode, Tracker(settings, lifter=lifter))


def bits(frames: list[TrackFrame]) -> list[list[bytes]]:
    return [[bytes(p) for p in wire.encode(replace(f, t_track_ns=0))] for f in frames]


def ahead_s(mode: str) -> float:
    return {"live": 0.0, "broadcast": 0.1, "bake": 10.0}[mode]


def sees_wild(sight: Sight) -> Array:
    """Poses that jump, and at times none."""
    rng = np.random.default_rng(round(sight.t_s * 1e6) % 2**32)
    joints = rng.normal(size=(len(sight.keys), 17, 3))
    joints[rng.random(len(joints)) < 0.3] = np.nan
    joints[:, rng.integers(17)] = rng.choice([np.nan, np.inf, 0.0])
    return joints


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_streams_that_go_wrong_come_out_whole_and_in_order(
    fault: Callable[[np.random.Generator], Stream],
) -> None:
    frames = fault(np.random.default_rng(3))
    mode = MODES[FAULTS.index(fault) % len(MODES)]
    lifted = tracked(frames, mode, ScriptedLifter(sees_wild, ahead_s(mode)))
    assert ids(lifted) == {1, 2}
    assert {i for f in lifted for i in f.provenance} == {"1", "2"}


@pytest.mark.parametrize("mode", MODES)
def test_a_lifter_that_says_nothing_leaves_tracks_as_without_it(mode: str) -> None:
    frames = steady(1.0)
    silent = tracked(frames, mode, ScriptedLifter(nothing, ahead_s(mode)))
    assert bits(silent) == bits(tracked(frames, mode, None))


@pytest.mark.parametrize("mode", MODES)
def test_the_same_images_give_the_same_tracks_bit_for_bit(mode: str) -> None:
    frames = steady(1.0)
    first, second = (
        bits(tracked(frames, mode, ScriptedLifter(sees_wild, ahead_s(mode)))) for _ in range(2)
    )
    assert first == second


def test_the_lifter_s_look_ahead_adds_to_the_chain_s() -> None:
    config = TrackingConfig(mode="broadcast")
    alone = Tracker(config).look_ahead_s
    assert Tracker(config, lifter=ScriptedLifter(nothing, 0.25)).look_ahead_s == alone + 0.25
    assert Tracker(TrackingConfig(), lifter=ScriptedLifter(nothing)).look_ahead_s == 0.0


@pytest.mark.parametrize("mode", MODES)
def test_broken_and_few_keypoints_go_through(mode: str) -> None:
    """NaN, three visible points, a layout without a body: the lifter is shown them as they are."""
    frames = steady(1.0)
    points = np.zeros((2, 17, 3), np.float32)
    points[0, [5, 6, 11]] = (640, 360, 0.9)
    points[1] = np.nan
    frames = [replace(f, keypoint_layout="coco17", keypoints_px=points) for f in frames]
    lifter = ScriptedLifter(nothing, ahead_s(mode))
    assert ids(tracked(frames, mode, lifter)) <= {1, 2}
    assert all(sight.keypoints_px.shape[1:] == (17, 3) for sight in lifter.sights)


@pytest.mark.parametrize("mode", MODES)
def test_one_image_tracks_are_lifted_like_others(mode: str) -> None:
    (one,) = stream([0.0])
    (frame,) = tracked([one], mode, ScriptedLifter(standing, ahead_s(mode)))
    shown = [str(i) for i in frame.track_ids.tolist()]
    assert shown == ([] if mode == "bake" else ["1", "2"])  # a whole take knows that it was all
    assert all(frame.provenance[i][JOINTS[0]] == LIFTED for i in shown)


def test_what_is_bypassed_is_not_marked_and_all_of_it_switches_lifting_off() -> None:
    frames = steady(0.5)
    arms = ("left_arm", "right_arm")
    (*_, last) = tracked(frames, "live", ScriptedLifter(standing), lift_bypass=arms)
    marked = {SMPLX.names[j] for j, kind in enumerate(last.provenance["1"]) if kind == LIFTED}
    assert {"left_knee", "pelvis"} <= marked
    assert not marked & {"left_shoulder", "right_elbow"}
    everything = ("left_arm", "right_arm", "left_leg", "right_leg", "torso")
    off = tracked(frames, "live", ScriptedLifter(standing), lift_bypass=everything)
    assert bits(off) == bits(tracked(frames, "live", None))


def test_a_lifter_that_fails_is_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def fails(sight: Sight) -> Array:
        if sight.t_s > 0.5:
            raise MemoryError("no room")
        return standing(sight)

    studio = Studio()
    tracker = Tracker(TrackingConfig(), lifter=ScriptedLifter(fails))
    studio.process._trackers["cam0"] = tracker
    try:
        for frame in steady(1.0):
            studio.poses[0].send("pose/cam0", frame)
        studio.poses[0].send("pose/cam0", EndOfStream(camera_id="cam0", frames=30))
        with caplog.at_level(logging.ERROR):
            assert studio.process.run(StopToken(), strict=True) == 0
        frames = [m for m in read(studio.tracks, EndOfStream) if isinstance(m, TrackFrame)]
        assert [f.sequence for f in frames] == list(range(30))
        assert studio.metrics.snapshot().values["lift_failed"] == 1
        assert [r.levelname for r in caplog.records] == ["ERROR"]
        assert frames[10].provenance
        assert not frames[-1].provenance
    finally:
        studio.close()


def exact(frames: Stream) -> KnownLifter:
    """Knows the poses of a stream that errs in nothing."""
    bodies = {}
    for f in frames:
        world = global_rotations(matrix_from_rotvec(f.joint_rotvecs.astype(float)), SMPLX)
        joints = joint_positions(world, f.rest_joints, f.pelvis, SMPLX)[:, :22]
        bodies[round(f.t_capture_ns * 1e-9 * FPS)] = joints
    return KnownLifter(
        lambda t_s: bodies[min(round(max(t_s, 0.0) * FPS), len(bodies) - 1)],
        lambda joints: project(K.astype(float), joints),
    )


def test_a_known_pose_steadies_a_noisy_engine_live() -> None:
    truth = steady(3.0)
    rng = np.random.default_rng(1)
    noisy = [
        replace(
            f,
            joint_rotvecs=f.joint_rotvecs + rng.normal(0, 0.1, f.joint_rotvecs.shape).astype("f4"),
            keypoint_layout="coco17",
            keypoints_px=seen_points(f),
        )
        for f in truth
    ]
    alone, lifted = (tracked(noisy, "live", lifter) for lifter in (None, exact(truth)))
    assert wrist_error_m(lifted, truth) < 0.95 * wrist_error_m(alone, truth)


def seen_points(frame: PoseFrame) -> np.ndarray:
    world = global_rotations(matrix_from_rotvec(frame.joint_rotvecs.astype(float)), SMPLX)
    joints = joint_positions(world, frame.rest_joints, frame.pelvis, SMPLX)
    points = np.zeros((len(joints), 17, 3), np.float32)
    hips = SMPLX.indices("left_hip", "right_hip")
    points[:, [11, 12], :2] = project(K.astype(float), joints[:, hips])
    points[:, [11, 12], 2] = 0.9
    return points


def wrist_error_m(frames: list[TrackFrame], truth: Stream) -> float:
    wrist, shoulder = SMPLX.indices("left_wrist", "left_shoulder")
    off = []
    for shown, true in list(zip(frames, truth, strict=True))[15:]:
        R = shown.T_world_cam[:3, :3]
        world = global_rotations(matrix_from_rotvec(true.joint_rotvecs.astype(float)), SMPLX)
        joints = joint_positions(world, true.rest_joints, true.pelvis, SMPLX)
        arm = (shown.joints[:, wrist] - shown.joints[:, shoulder]) @ R
        off.append(np.linalg.norm(arm - (joints[:, wrist] - joints[:, shoulder]), axis=-1))
    return float(np.mean(off))


def test_frames_from_before_lifting_are_read_as_filtered() -> None:
    (frame,) = tracked(stream([0.0]), "live", None)
    header, *arrays = wire.encode(frame)
    version, name, scalars, kinds = msgpack.unpackb(bytes(header))
    del scalars["provenance"]
    older = bytes(msgpack.packb([version, name, scalars, kinds]) or b"")
    decoded = wire.decode([older, *arrays])
    assert isinstance(decoded, TrackFrame)
    assert decoded.provenance == {}


def test_provenance_comes_through_the_wire() -> None:
    (frame,) = tracked(stream([0.0]), "live", ScriptedLifter(standing))
    decoded = wire.decode(wire.encode(frame))
    assert isinstance(decoded, TrackFrame)
    assert decoded.provenance == frame.provenance
    assert len(decoded.provenance["1"]) == len(SMPLX.names)


def test_a_take_is_lifted_again_bit_for_bit(tmp_path: Path) -> None:
    old = take_of(tmp_path, poses())
    config = TrackingConfig(mode="bake")
    takes = [
        retrack(
            old,
            tmp_path / f"{k}.mcap",
            config,
            make_lifter=lambda: ScriptedLifter(standing, 100.0),
        )
        for k in range(2)
    ]
    assert plain(takes[0]) == plain(takes[1])
    assert all(frame.provenance for frame in TakeReader(takes[0]).tracks())


def test_process_bakes_a_take_with_its_own_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[TrackingConfig] = []

    def lifter_of(config: TrackingConfig, step: object) -> Callable[[], Lifter]:
        asked.append(config)
        return lambda: ScriptedLifter(standing, 100.0)

    monkeypatch.setattr("livemocap.cli.process.lifter_of", lifter_of)
    old = take_of(tmp_path, poses())
    assert main(["process", str(old), "--bake", "--lift", "own"]) == 0
    new = tmp_path / "old_baked.mcap"
    assert capsys.readouterr().out.strip() == str(new)
    assert (asked[0].mode, asked[0].lift, asked[0].predict_s) == ("bake", "own", 0.1)
    assert all(frame.provenance for frame in TakeReader(new).tracks())
    assert 'lift = "own"' in TakeReader(new).metadata()["config"]["studio.toml"]


@pytest.mark.parametrize(
    "settings", ["[tracking]\npredict_s = 0.1\ngone = 3\n", "tracking = 3", "tracking ="]
)
def test_settings_of_a_take_that_nobody_knows_any_more_hold_nothing_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, settings: str
) -> None:
    writer = TakeWriter(tmp_path / "old.mcap", settings)
    for frame in poses(5):
        writer.write("pose/cam0", frame)
    old = writer.close()
    known = {"tracking": {"predict_s": 0.1}} if "gone" in settings else {}
    assert own_settings(old) == known
    assert ("unknown here: gone" in caplog.text) == bool(known)
    assert main(["process", str(old), "--bake"]) == 0


def test_a_lifter_whose_weights_are_missing_is_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEMOCAP_MODELS", str(tmp_path / "models"))
    old = take_of(tmp_path, poses(5))
    assert main(["process", str(old), "--bake", "--lift", "pstmo"]) == 2
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert told.startswith("livemocap: error:")
    assert "pstmo" in told.lower()
    assert sorted(p.name for p in tmp_path.glob("*.mcap*")) == ["old.mcap"]


def test_names_of_lifters_and_limbs_are_checked() -> None:
    with pytest.raises(ConfigError, match="lift is 'mine', expected one of off, own"):
        load(TrackingConfig, {"lift": "mine"}, "tracking")
    with pytest.raises(ConfigError, match="lift_bypass has 'left_foot'"):
        load(TrackingConfig, {"lift_bypass": ["left_foot"]}, "tracking")
    with pytest.raises(ConfigError, match="lift_look_ahead_ms is -1"):
        load(TrackingConfig, {"lift_look_ahead_ms": -1}, "tracking")


def test_without_lifting_no_net_is_asked_for() -> None:
    assert lift_stage.lifter_of(TrackingConfig()) is None


def test_hips_are_where_lifted_poses_begin() -> None:
    assert not h36m(np.random.default_rng(0).normal(size=(2, 22, 3)))[:, 0].any()
