"""Who is who, over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from seen_people import Actor, permuted, seen

from livemocap.coords import invert, transform_points
from livemocap.messages import (
    TRACK_OBSERVED,
    TRACK_PREDICTED,
    PoseFrame,
    TrackFrame,
)
from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from livemocap.wire import decode, encode
from tracking.config import TrackingConfig
from tracking.tracker import Tracker

FPS = 30.0


def play(
    scene: Callable[[float], Sequence[Actor]], seconds: float, fps: float = FPS
) -> list[PoseFrame]:
    return [seen(scene(k / fps), k / fps, k) for k in range(round(seconds * fps))]


def track(frames: Sequence[PoseFrame], config: TrackingConfig | None = None) -> list[TrackFrame]:
    tracker = Tracker(config or TrackingConfig())
    return [tracker.push(frame)[0] for frame in frames]


def crossing(t_s: float) -> list[Actor]:
    """Two people pass each other 0.8 m apart in depth."""
    return [Actor(x_m=t_s - 1.5, z_m=-4.0), Actor(x_m=1.5 - t_s, z_m=-4.8)]


def places(frame: TrackFrame) -> dict[int, list[float]]:
    return dict(zip(frame.track_ids.tolist(), frame.pelvis.round(1).tolist(), strict=True))


def bits(frames: Sequence[TrackFrame]) -> list[list[bytes]]:
    return [[bytes(part) for part in encode(replace(f, t_track_ns=0))] for f in frames]


def test_crossing_people_keep_their_ids() -> None:
    first, *_, last = track(play(crossing, 3.0))
    assert set(first.track_ids) == {1, 2}
    assert first.pelvis[0, 0] < 0 < last.pelvis[0, 0]
    assert first.pelvis[1, 0] > 0 > last.pelvis[1, 0]


def test_the_order_of_detections_does_not_matter() -> None:
    frames = play(lambda t: [*crossing(t), Actor(x_m=0.0, z_m=-7.0)], 3.0)
    rng = np.random.default_rng(5)
    shuffled = [permuted(frame, rng.permutation(3)) for frame in frames]
    for a, b, frame, other in zip(track(frames), track(shuffled), frames, shuffled, strict=True):
        np.testing.assert_array_equal(a.track_ids, b.track_ids)
        np.testing.assert_array_equal(a.joints, b.joints)
        np.testing.assert_array_equal(frame.pelvis[a.detections], other.pelvis[b.detections])


def test_the_same_input_gives_the_same_output_bit_for_bit() -> None:
    frames = [permuted(f, [0, 1] if k % 7 else [1]) for k, f in enumerate(play(crossing, 2.0))]
    assert bits(track(frames)) == bits(track(frames))


@pytest.mark.parametrize("fps", [10, 60, 120])
def test_crossing_works_at_any_rate(fps: int) -> None:
    frames = track(play(crossing, 3.0, fps))
    assert {tuple(f.track_ids) for f in frames} == {(1, 2)}
    assert frames[-1].pelvis[0, 0] > 1


def test_a_short_gap_is_predicted_on_the_way_people_went() -> None:
    frames = play(lambda t: [Actor(x_m=1.2 * t - 1, z_m=-4)], 2.0)
    gap = range(30, 36)
    tracked = track([permuted(f, [] if k in gap else [0]) for k, f in enumerate(frames)])
    for k in gap:
        assert tracked[k].states.tolist() == [TRACK_PREDICTED]
        assert tracked[k].detections.tolist() == [-1]
        assert tracked[k].pelvis[0, 0] > tracked[k - 1].pelvis[0, 0] + 0.015
        assert tracked[k].joint_confidence.max() < 0.5
    assert tracked[36].states.tolist() == [TRACK_OBSERVED]
    steps = np.diff([f.pelvis[0, 0] for f in tracked[10:]])
    assert steps.max() < 3 * 1.2 / FPS  # nobody jumps back into place


def swaying(phase: float, gap_s: float) -> list[PoseFrame]:
    """Somebody close by, of no particular looks, five times a second; nothing for `gap_s` after
    the eighth image."""
    times_s = [k / 5 + (gap_s - 0.2 if k >= 8 else 0.0) for k in range(13)]
    places_m = [0.25 * np.sin(2 * np.pi * (t_s / 3 + phase)) for t_s in times_s]
    people = [Actor(x_m, -1.25) for x_m in places_m]
    return [seen([who], t_s, k) for k, (who, t_s) in enumerate(zip(people, times_s, strict=True))]


def test_empty_frames_give_empty_frames() -> None:
    (tracked,) = track([seen([])])
    assert tracked.joints.shape == (0, 55, 3)
    assert decode(encode(tracked)).track_ids.shape == (0,)  # type: ignore[union-attr]


def test_a_cut_starts_motion_afresh_and_keeps_ids_by_looks() -> None:
    def scene(t_s: float) -> list[Actor]:
        x = -1.0 if t_s < 1 else 1.0
        return [Actor(x, -4, look=1), Actor(-x, -4, look=2)]

    frames = [seen(scene(k / FPS), k / FPS, k, cut=1.0 if k == 30 else 0.0) for k in range(60)]
    before, after = track(frames)[29:31]
    assert before.pelvis[:, 0].round(3).tolist() == [-1, 1]
    assert after.track_ids.tolist() == [1, 2]
    assert after.pelvis[:, 0].round(3).tolist() == [1, -1]  # at once, no sliding over


def test_a_stream_that_starts_again_is_survived() -> None:
    frames = play(lambda _: [Actor(0, -4, look=1)], 1.0)
    assert {tuple(f.track_ids) for f in track([*frames, *frames])} == {(1,)}


def test_joints_are_the_forward_kinematics_of_what_is_sent() -> None:
    rng = np.random.default_rng(1)
    poses = 0.3 * rng.standard_normal((30, 55, 3))
    frames = [seen([Actor(0, -4, rotvecs=poses[k])], k / FPS, k) for k in range(30)]
    for f in track(frames):
        world = global_rotations(matrix_from_rotvec(f.joint_rotvecs.astype(float)), SMPLX)
        joints = joint_positions(world, f.rest_joints, f.pelvis, SMPLX)
        np.testing.assert_allclose(f.joints, joints, atol=1e-6)


def test_a_still_person_stands_where_the_engine_saw_them() -> None:
    frame = play(lambda _: [Actor(0.5, -4)], 0.5)[-1]
    tracked = track(play(lambda _: [Actor(0.5, -4)], 0.5))[-1]
    pelvis_cam = transform_points(invert(tracked.T_world_cam), tracked.pelvis)
    np.testing.assert_allclose(pelvis_cam, frame.pelvis, atol=1e-5)


def test_stamps_are_copied_and_never_made_up() -> None:
    frame = seen([Actor(0, -4)], 2.0, 60, t_grab_ns=5, t_infer_ns=6, t_pose_ns=7)
    (tracked,) = track([frame])
    assert (tracked.t_capture_ns, tracked.t_grab_ns) == (2_000_000_000, 5)
    assert (tracked.t_infer_ns, tracked.t_pose_ns, tracked.sequence) == (6, 7, 60)
    assert tracked.t_track_ns > 0
