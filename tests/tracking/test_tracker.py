"""Who is who, over time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from seen_people import Actor, permuted, seen

from livemocap.coords import invert, transform_points
from livemocap.messages import (
    TRACK_OBSERVED,
    TRACK_PREDICTED,
    TRACK_TENTATIVE,
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


def test_people_who_swap_the_engines_hints_keep_their_ids() -> None:
    def scene(t_s: float) -> list[Actor]:
        return [
            Actor(x_m=-0.8, z_m=-4.0, hint=7 if t_s < 1 else 3),
            Actor(x_m=0.8, z_m=-4.0, hint=3 if t_s < 1 else 7),
        ]

    frames = track(play(scene, 2.0))
    assert {tuple(f.track_ids) for f in frames} == {(1, 2)}
    assert np.ptp([f.pelvis[0, 0] for f in frames]) < 0.01


def test_a_couple_merged_into_one_detection_comes_apart_with_the_same_ids() -> None:
    def scene(t_s: float) -> list[Actor]:
        reach = 0.8 - 0.8 * t_s  # they pass each other after a second
        front, behind = Actor(-reach, -4.0, hint=7, look=1), Actor(reach, -4.4, hint=3, look=1)
        return [front] if abs(reach) < 0.2 else [front, behind]

    frames = track(play(scene, 2.0))
    assert {i for f in frames for i in f.track_ids.tolist()} == {1, 2}
    first, last = places(frames[0]), places(frames[-1])
    assert first[1][0] < 0 < last[1][0]
    assert first[2][0] > 0 > last[2][0]


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


def test_a_stream_moved_in_time_gives_the_same_people() -> None:
    late = [seen(crossing(k / FPS), 5000 + k / FPS, k) for k in range(90)]
    for a, b in zip(track(play(crossing, 3.0)), track(late), strict=True):
        np.testing.assert_array_equal(a.track_ids, b.track_ids)
        np.testing.assert_allclose(a.joints, b.joints, atol=1e-5)


@pytest.mark.parametrize("fps", [10, 60, 120])
def test_crossing_works_at_any_rate(fps: int) -> None:
    frames = track(play(crossing, 3.0, fps))
    assert {tuple(f.track_ids) for f in frames} == {(1, 2)}
    assert frames[-1].pelvis[0, 0] > 1


def test_ids_start_at_one_and_are_shared_between_cameras() -> None:
    ids = itertools.count(1)
    trackers = [Tracker(TrackingConfig(), ids) for _ in range(2)]
    found = [t.push(seen([Actor(0, -3), Actor(1, -3)]))[0].track_ids.tolist() for t in trackers]
    assert found == [[1, 2], [3, 4]]


def test_a_sure_newcomer_is_shown_at_once_and_a_doubtful_one_after_three_sightings() -> None:
    frames = track(play(lambda _: [Actor(-1, -4, score=0.9), Actor(1, -4, score=0.65)], 0.2))
    assert [f.track_ids.tolist() for f in frames[:4]] == [[1], [1], [1, 2], [1, 2]]
    assert [f.states[0] for f in frames[:3]] == [TRACK_TENTATIVE, TRACK_TENTATIVE, TRACK_OBSERVED]


def test_a_flash_of_a_person_uses_up_no_id() -> None:
    def scene(t_s: float) -> list[Actor]:
        flash = [Actor(1, -4, score=0.4)] if 0.1 < t_s < 0.15 else []
        return [*flash, *([Actor(-1, -4)] if t_s > 0.5 else [])]

    frames = track(play(scene, 1.0))
    assert {i for f in frames for i in f.track_ids.tolist()} == {1}


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


def test_nobody_is_shown_for_longer_than_predicted() -> None:
    frames = play(lambda t: [Actor(0, -4)] if t < 1 else [], 3.0)
    shown = [len(f.track_ids) for f in track(frames, TrackingConfig(predict_s=0.3))]
    assert shown == [1] * 39 + [0] * 51


def test_somebody_who_returns_to_the_same_place_is_the_same() -> None:
    frames = play(lambda t: [] if 1 < t < 2.4 else [Actor(0.3, -4, look=2)], 3.5)
    assert {i for f in track(frames) for i in f.track_ids.tolist()} == {1}


def test_people_come_back_by_their_looks() -> None:
    def scene(t_s: float) -> list[Actor]:
        if t_s < 1:
            return [Actor(-1, -4, look=1), Actor(1, -4, look=2)]
        return [] if t_s < 6 else [Actor(-1, -4, look=2), Actor(1, -4, look=1)]

    frames = track(play(scene, 7.0))
    assert places(frames[0])[1][0] < 0
    assert frames[-1].track_ids.tolist() == [1, 2]
    assert places(frames[-1])[1][0] > 0


@pytest.mark.parametrize("gap_s", [1.0, 1.9, 3.2, 5.0])
def test_images_that_stop_and_come_again_show_the_same_person_wherever_they_sway(
    gap_s: float,
) -> None:
    for phase in range(15):
        frames = swaying(phase / 15, gap_s)
        assert {tuple(f.track_ids) for f in track(frames)} == {(1,)}


def test_who_was_seen_to_leave_and_comes_in_elsewhere_is_somebody_else() -> None:
    before = [seen([Actor(-0.3, -1.25)], k / 5, k) for k in range(8)]
    empty = [seen([], 1.6 + k / 5, 8 + k) for k in range(15)]
    after = [seen([Actor(0.6, -1.25)], 4.6 + k / 5, 23 + k) for k in range(5)]
    assert track([*before, *after])[-1].track_ids.tolist() == [1]
    assert track([*before, *empty, *after])[-1].track_ids.tolist() == [2]


def test_a_stranger_after_images_stopped_gets_a_new_id() -> None:
    frames = [seen([Actor(0, -4, look=1)], k / 5, k) for k in range(8)]
    frames += [seen([Actor(0, -4, look=2)], 4 + k / 5, 8 + k) for k in range(5)]
    assert track(frames)[-1].track_ids.tolist() == [2]


def swaying(phase: float, gap_s: float) -> list[PoseFrame]:
    """Somebody close by, of no particular looks, five times a second; nothing for `gap_s` after
    the eighth image."""
    times_s = [k / 5 + (gap_s - 0.2 if k >= 8 else 0.0) for k in range(13)]
    places_m = [0.25 * np.sin(2 * np.pi * (t_s / 3 + phase)) for t_s in times_s]
    people = [Actor(x_m, -1.25) for x_m in places_m]
    return [seen([who], t_s, k) for k, (who, t_s) in enumerate(zip(people, times_s, strict=True))]


def test_a_stranger_gets_a_new_id() -> None:
    def scene(t_s: float) -> list[Actor]:
        return [Actor(-1, -4, look=1)] if t_s < 1 else [] if t_s < 4 else [Actor(1, -5, look=2)]

    assert track(play(scene, 5.0))[-1].track_ids.tolist() == [2]


def test_ids_are_never_used_again() -> None:
    def scene(t_s: float) -> list[Actor]:
        return [Actor(0, -4)] if t_s % 2 < 1 else []

    frames = track(play(scene, 6.0), TrackingConfig(max_lost_s=0.5))
    assert sorted({i for f in frames for i in f.track_ids.tolist()}) == [1, 2, 3]


def test_a_second_detection_of_somebody_is_left_out() -> None:
    frames = play(lambda _: [Actor(0, -4), Actor(0.03, -4.05, score=0.7)], 1.0)
    tracker = Tracker(TrackingConfig())
    assert {tuple(tracker.push(frame)[0].track_ids) for frame in frames} == {(1,)}
    assert tracker.duplicates == 30


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize("field", ["joint_rotvecs", "pelvis", "scores", "rest_joints", "betas"])
def test_a_broken_row_is_dropped_and_counted(field: str, broken: float) -> None:
    frames = play(lambda _: [Actor(-1, -4), Actor(1, -4)], 1.0)
    tracker = Tracker(TrackingConfig())
    for k, frame in enumerate(frames):
        if k in (10, 11):
            values = getattr(frame, field).copy()
            values.reshape(2, -1)[0, 0] = broken
            frame = permuted(frame, [0, 1])
            object.__setattr__(frame, field, values)
        tracked = tracker.push(frame)[0]
        assert tracked.track_ids.tolist() == [1, 2]
        assert np.isfinite(tracked.joints).all()
        assert tracked.detections.tolist() == ([-1, 1] if k in (10, 11) else [0, 1])
    assert tracker.dropped == 2


def test_an_unknown_look_of_nan_does_no_harm() -> None:
    looks = np.full((1, 8), np.nan, np.float32)
    frames = [seen([Actor(0, -4)], k / FPS, k, appearance=looks) for k in range(10)]
    assert {tuple(f.track_ids) for f in track(frames)} == {(1,)}


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


def test_a_cut_to_somebody_else_is_somebody_else() -> None:
    frames = [
        seen([Actor(0, -4, look=1 if k < 30 else 2)], k / FPS, k, cut=float(k == 30))
        for k in range(40)
    ]
    assert track(frames)[-1].track_ids.tolist() == [2]


def test_a_stream_that_starts_again_is_survived() -> None:
    frames = play(lambda _: [Actor(0, -4, look=1)], 1.0)
    assert {tuple(f.track_ids) for f in track([*frames, *frames])} == {(1,)}


def test_a_frame_that_comes_twice_changes_nothing() -> None:
    frames = play(crossing, 1.0)
    twice = [copy for frame in frames for copy in (frame, frame)]
    for once, again in zip(track(frames), track(twice)[1::2], strict=True):
        np.testing.assert_allclose(once.joints, again.joints, atol=0.01)


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


def test_another_body_forgets_everybody() -> None:
    frames = play(lambda _: [Actor(0, -4)], 0.5)
    other = [
        seen(
            [Actor(0, -4)], 1 + k / FPS, k, body_hash="1" * 16, betas=np.zeros((1, 16), np.float32)
        )
        for k in range(5)
    ]
    tracked = track([*frames, *other])
    assert tracked[-1].track_ids.tolist() == [2]
    assert tracked[-1].betas.shape == (1, 16)


def test_stamps_are_copied_and_never_made_up() -> None:
    frame = seen([Actor(0, -4)], 2.0, 60, t_grab_ns=5, t_infer_ns=6, t_pose_ns=7)
    (tracked,) = track([frame])
    assert (tracked.t_capture_ns, tracked.t_grab_ns) == (2_000_000_000, 5)
    assert (tracked.t_infer_ns, tracked.t_pose_ns, tracked.sequence) == (6, 7, 60)
    assert tracked.t_track_ns > 0
