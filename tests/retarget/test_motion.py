from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from motion import rest_joints, smooth_motion, smooth_tracks
from scipy.spatial.transform import Rotation, Slerp

from livemocap.messages import TRACK_PREDICTED, TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import multiply
from retarget.motion import PersonMotion, motions_from_tracks, resample, sample


def without(frame: TrackFrame, person: int) -> TrackFrame:
    keep = frame.track_ids != person
    rows = [
        *("track_ids", "states", "detections", "scores", "joint_rotvecs", "pelvis", "joints"),
        *("rest_joints", "betas", "expression", "joint_confidence"),
    ]
    return replace(frame, **{name: getattr(frame, name)[keep] for name in rows})


def test_each_person_becomes_one_motion_that_repeats_the_take() -> None:
    frames = smooth_tracks(20, people=(3, 8))
    motions = motions_from_tracks(frames)
    assert [m.track_id for m in motions] == [3, 8]
    for row, motion in enumerate(motions):
        assert motion.times_s[0] == motion.start_s == 0
        np.testing.assert_allclose(motion.times_s, np.arange(20) / 30, atol=1e-9)
        np.testing.assert_allclose(motion.joints(), [f.joints[row] for f in frames], atol=1e-6)


def test_a_person_who_comes_later_starts_at_zero_and_says_when() -> None:
    frames = smooth_tracks(20)
    frames[:6] = [without(frame, 2) for frame in frames[:6]]
    late = motions_from_tracks(frames)[1]
    assert (late.frames, late.times_s[0]) == (14, 0)
    assert late.start_s == pytest.approx(0.2, abs=1e-8)


def test_holes_are_bridged_from_the_pose_before_to_the_pose_after() -> None:
    frames = smooth_tracks(20)
    frames[5:9] = [without(frame, 2) for frame in frames[5:9]]
    motion = resample(motions_from_tracks(frames)[1], Fraction(30))
    assert motion.frames == 20
    steps = np.diff(motion.pelvis[4:10], axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), atol=1e-6)
    turns = multiply(motion.local_wxyz[5:10], motion.local_wxyz[4:9] * [1, -1, -1, -1])
    np.testing.assert_allclose(turns, np.broadcast_to(turns[0], turns.shape), atol=1e-6)


@pytest.mark.parametrize("wrong", ["joint_rotvecs", "pelvis", "rest_joints", "expression"])
def test_what_is_no_number_is_a_hole_of_that_person_alone(wrong: str) -> None:
    frames = smooth_tracks(20)
    whole = motions_from_tracks(frames)
    for frame, value in ((5, np.nan), (19, np.inf)):
        values = getattr(frames[frame], wrong).copy()
        values[1].flat[1:3] = value, -value
        frames[frame] = replace(frames[frame], **{wrong: values})
    one, two = motions_from_tracks(frames)
    np.testing.assert_array_equal(one.local_wxyz, whole[0].local_wxyz)
    kept = np.delete(np.arange(20), [5, 19])
    np.testing.assert_array_equal(two.times_s, whole[1].times_s[kept])
    np.testing.assert_array_equal(two.pelvis, whole[1].pelvis[kept])
    np.testing.assert_array_equal(two.rest_joints, whole[1].rest_joints)


def test_the_whole_motion_is_shown_on_the_last_shape() -> None:
    frames = smooth_tracks(20)
    longer = np.stack([rest_joints(1.5), rest_joints(1.6)]).astype(np.float32)
    frames[15:] = [replace(frame, rest_joints=longer) for frame in frames[15:]]
    motions = motions_from_tracks(frames)
    np.testing.assert_allclose(motions[0].rest_joints, rest_joints(1.5), rtol=1e-6)


@pytest.mark.parametrize(("state", "people"), [(TRACK_TENTATIVE, 0), (TRACK_PREDICTED, 2)])
def test_only_confirmed_people_count(state: int, people: int) -> None:
    states = np.full(2, state, np.uint8)
    frames = [replace(frame, states=states) for frame in smooth_tracks(5)]
    assert len(motions_from_tracks(frames)) == people


def test_frames_that_repeat_or_run_back_do_not_break_the_time() -> None:
    frames = smooth_tracks(10)
    motion = motions_from_tracks([*frames, frames[4], frames[9], frames[2]])[0]
    assert motion.frames == 10
    assert (np.diff(motion.times_s) > 0).all()


@pytest.mark.parametrize(
    "fps", [Fraction(24000, 1001), Fraction(25), Fraction(30), Fraction(120)], ids=str
)
def test_resampling_agrees_with_scipy(fps: Fraction) -> None:
    motion = smooth_motion(40)
    slow = resample(motion, fps)
    times_s = np.arange(slow.frames) / float(fps)
    np.testing.assert_allclose(slow.times_s, times_s, atol=1e-12)
    assert times_s[-1] <= motion.times_s[-1] + 1e-9 < times_s[-1] + 1 / fps
    for joint in (0, 16, 40):
        keys = Rotation.from_quat(motion.local_wxyz[:, joint], scalar_first=True)
        wanted = Slerp(motion.times_s, keys)(np.minimum(times_s, motion.times_s[-1]))
        found = Rotation.from_quat(slow.local_wxyz[:, joint], scalar_first=True)
        assert (wanted.inv() * found).magnitude().max() < 1e-7
    for axis in range(3):
        wanted = np.interp(times_s, motion.times_s, motion.pelvis[:, axis])
        np.testing.assert_allclose(slow.pelvis[:, axis], wanted, atol=1e-9)


@given(st.integers(1, 300), st.sampled_from([24, 25, 30, 50, 60, Fraction(30000, 1001)]))
def test_a_motion_resampled_to_its_own_rate_keeps_all_its_frames(
    frames: int, fps: Fraction
) -> None:
    nanoseconds = np.round(np.arange(frames) * 1e9 / float(fps))
    one = smooth_motion(1)
    motion = PersonMotion(
        track_id=1,
        times_s=nanoseconds * 1e-9,
        local_wxyz=np.repeat(one.local_wxyz, frames, 0),
        pelvis=np.arange(frames)[:, None] * np.ones(3),
        rest_joints=one.rest_joints,
    )
    again = resample(motion, Fraction(fps))
    assert again.frames == frames
    np.testing.assert_allclose(again.pelvis, motion.pelvis, atol=1e-4)


def test_holding_before_stands_in_the_first_pose() -> None:
    motion = resample(smooth_motion(10), Fraction(30), hold_before_s=0.5)
    assert motion.frames == 25
    np.testing.assert_allclose(motion.pelvis[:16], np.repeat(smooth_motion(1).pelvis, 16, 0))
    assert not np.allclose(motion.pelvis[16], motion.pelvis[15])


def test_rotations_never_change_sign() -> None:
    motion = resample(smooth_motion(200), Fraction(60))
    assert ((motion.local_wxyz[1:] * motion.local_wxyz[:-1]).sum(-1) > 0).all()


def test_expressions_of_a_take_are_there_at_any_instant() -> None:
    frames = smooth_tracks(5, people=(1, 2))
    faces = np.linspace(0, 1, 5)[:, None] * np.arange(10.0)
    frames = [
        replace(frame, expression=np.stack([face, np.zeros(10)]).astype(np.float32))
        for frame, face in zip(frames, faces, strict=True)
    ]
    first, second = motions_from_tracks(frames)
    np.testing.assert_allclose(first.expression, faces, atol=1e-6)
    between = sample(first, (first.times_s[1:] + first.times_s[:-1]) / 2).expression
    np.testing.assert_allclose(between, (faces[1:] + faces[:-1]) / 2, atol=1e-6)
    assert second.expression.size == 0, "nobody looked at this face"
    assert sample(second, second.times_s).expression.size == 0
