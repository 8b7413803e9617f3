"""Images that lie about time, or about people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from seen_people import Actor, permuted, seen

from livemocap.messages import PoseFrame
from tracking.association.associator import ALIASES, Associator
from tracking.association.clock import LATE_S
from tracking.config import TrackingConfig
from tracking.people import People

FPS = 30.0


def standing(seconds: float, begin_s: float = 0.0, first: int = 0) -> list[PoseFrame]:
    """Two who sway, told apart by their looks."""
    times_s = [k / FPS for k in range(round(seconds * FPS))]
    return [
        seen([Actor(np.sin(t) - 1, -4, look=1), Actor(1, -4, look=2)], begin_s + t, first + k)
        for k, t in enumerate(times_s)
    ]


def follow(frames: Sequence[PoseFrame]) -> list[People]:
    associator = Associator(TrackingConfig())
    return [people for frame in frames for people in associator.push(frame)]


def ids(people: Sequence[People]) -> set[tuple[int, ...]]:
    return {tuple(one.ids.tolist()) for one in people}


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize("field", ["joint_rotvecs", "pelvis", "scores", "rest_joints", "betas"])
def test_a_broken_row_is_dropped_and_counted(field: str, broken: float) -> None:
    frames = standing(1.0)
    for k in (10, 11):
        values = getattr(frames[k], field).copy()
        values.reshape(2, -1)[0, 0] = broken
        frames[k] = replace(frames[k], **{field: values})
    associator = Associator(TrackingConfig())
    for k, frame in enumerate(frames):
        (people,) = associator.push(frame)
        assert people.ids.tolist() == [1, 2]
        assert people.rows.tolist() == ([-1, 1] if k in (10, 11) else [0, 1])
        for name in ("places", "noise", "pose_wxyz", "rest_joints", "betas", "scores"):
            assert np.isfinite(getattr(people, name)).all()
    assert associator.dropped == 2


def test_an_unknown_look_of_nan_does_no_harm() -> None:
    looks = np.full((1, 8), np.nan, np.float32)
    frames = [seen([Actor(0, -4)], k / FPS, k, appearance=looks) for k in range(10)]
    assert ids(follow(frames)) == {(1,)}


def test_empty_images_give_empty_people() -> None:
    (people,) = follow([seen([])])
    assert people.pose_wxyz.shape == (0, 55, 4)
    assert people.rest_joints.shape == (0, 55, 3)


def test_empty_images_of_other_sizes_forget_nobody() -> None:
    frames = standing(1.0)
    empty = {"betas": np.zeros((0, 0), np.float32), "appearance": np.zeros((0, 0), np.float32)}
    frames[10] = seen([], 10 / FPS, 10, **empty)
    assert ids(follow(frames)) == {(1, 2)}
    assert ids(follow([frames[10], *frames[11:]])[1:]) == {(1, 2)}


def test_after_a_minute_without_people_their_ids_are_new() -> None:
    frames = standing(0.5)
    frames += [seen([], 0.5 + k / 10, 15 + k) for k in range(605)]
    frames += standing(0.5, 61.0, 620)
    associator = Associator(TrackingConfig())
    people = [associator.push(frame)[0] for frame in frames]
    assert ids(people[-10:]) == {(3, 4)}
    assert {len(one.keys) for one in people[30:600]} == {0}


def test_a_frame_that_comes_twice_changes_nothing() -> None:
    frames = standing(1.0)
    twice = [copy for frame in frames for copy in (frame, frame)]
    for once, again in zip(follow(frames), follow(twice)[1::2], strict=True):
        np.testing.assert_array_equal(once.places, again.places)
        np.testing.assert_array_equal(once.rows, again.rows)
        np.testing.assert_array_equal(once.noise, again.noise)


def test_a_late_image_changes_nothing_but_its_own_answer() -> None:
    frames = standing(1.0)
    late = [*frames[:10], *frames[11:14], frames[10], *frames[14:]]
    without = [*frames[:10], *frames[11:]]
    people = follow(late)
    assert (people[13].rows == -1).all()
    assert ids(people) == {(1, 2)}
    assert (np.diff([one.t_s for one in people]) >= 0).all()
    for a, b in zip([*people[:13], *people[14:]], follow(without), strict=True):
        np.testing.assert_array_equal(a.places, b.places)


def test_a_source_that_starts_again_is_another_shot_of_the_same_people() -> None:
    people = follow([*standing(1.0), *standing(1.0)])
    assert ids(people) == {(1, 2)}
    assert [k for k, one in enumerate(people) if one.cut] == [0, 30]
    assert people[30].fresh.all()
    assert (np.diff([one.t_s for one in people]) >= 0).all()


def test_a_jump_back_just_within_lateness_holds_only_until_time_catches_up() -> None:
    frames, back_ns = standing(2.0), round((LATE_S - 0.05) * 1e9)
    later = [replace(f, t_capture_ns=f.t_capture_ns - back_ns) for f in frames[30:]]
    people = follow([*frames[:30], *later])
    assert {i for one in people for i in one.ids.tolist()} == {1, 2}
    assert people[-1].ids.tolist() == [1, 2]
    assert (people[-1].rows >= 0).all()


@pytest.mark.parametrize("jump_s", [5.0, 3600.0])
def test_a_clock_that_jumps_ahead_keeps_people(jump_s: float) -> None:
    people = follow([*standing(1.0), *standing(1.0, 1.0 + jump_s, 30)])
    assert ids(people) == {(1, 2)}


def test_a_cut_starts_motion_afresh_and_keeps_ids_by_looks() -> None:
    def scene(t_s: float) -> list[Actor]:
        x = -1.0 if t_s < 1 else 1.0
        return [Actor(x, -4, look=1), Actor(-x, -4, look=2)]

    frames = [seen(scene(k / FPS), k / FPS, k, cut=1.0 if k == 30 else 0.0) for k in range(60)]
    before, after = follow(frames)[29:31]
    assert (before.ids.tolist(), after.ids.tolist()) == ([1, 2], [1, 2])
    assert after.cut
    assert after.fresh.all()
    assert before.places[0, 0] < 0 < after.places[0, 0]


def test_a_cut_to_somebody_else_is_somebody_else() -> None:
    frames = [
        seen([Actor(0, -4, look=1 if k < 30 else 2)], k / FPS, k, cut=float(k == 30))
        for k in range(40)
    ]
    assert follow(frames)[-1].ids.tolist() == [2]


def test_a_stranger_where_somebody_stood_before_a_cut_is_somebody_else() -> None:
    frames = [seen([Actor(0, -4)], k / FPS, k, cut=float(k == 30)) for k in range(40)]
    for k in range(30, 40):
        frames[k] = replace(frames[k], betas=np.full((1, 10), 0.5, np.float32))
    frames[:30] = [replace(f, betas=np.full((1, 10), -0.5, np.float32)) for f in frames[:30]]
    assert follow(frames)[-1].ids.tolist() == [2]


def test_a_camera_that_jerks_and_says_so_loses_nobody() -> None:
    def jerked(motion_px: float) -> list[PoseFrame]:
        frames = []
        for k in range(40):
            x = 0.0 if k < 30 else 0.7
            people = [Actor(x - 1.5, -4), Actor(x + 1.5, -4)]
            frames.append(seen(people, k / FPS, k, camera_motion_px=motion_px * (k == 30)))
        return frames

    assert ids(follow(jerked(250.0))) == {(1, 2)}
    assert ids(follow(jerked(0.0))) != {(1, 2)}


def test_fifty_people_at_once_keep_their_ids() -> None:
    rng = np.random.default_rng(0)
    spots = [(1.1 * (i % 10 - 4.5), -6 - 1.2 * (i // 10)) for i in range(50)]
    poses = 0.3 * rng.standard_normal((50, 55, 3))
    poses[:, 0] = 0
    frames = [
        seen(
            [
                Actor(x + 0.2 * np.sin(k / 10 + i), z, rotvecs=poses[i])
                for i, (x, z) in enumerate(spots)
            ],
            k / FPS,
            k,
        )
        for k in range(20)
    ]
    shown = [50 if k < 3 else 47 for k in range(20)]
    frames = [
        permuted(f, rng.permutation(50)[:n].tolist()) for f, n in zip(frames, shown, strict=True)
    ]
    people = follow(frames)
    assert {i for one in people for i in one.ids.tolist() if i} == set(range(1, 51))


def test_memory_stays_flat_while_people_come_and_go() -> None:
    """Strangers for a moment each, who stay on trial, and somebody who returns again and again."""
    associator = Associator(TrackingConfig(max_lost_s=2.0))
    rng = np.random.default_rng(1)
    crowd = [
        seen([Actor(x, -4, betas=b, score=s)])
        for x, b, s in rng.uniform([-1, -1, 0.5], [1, 1, 0.9], (200, 3))
    ]
    most = 0
    for k in range(1500):
        frame = crowd[k // 5 % 200] if k % 20 < 10 else crowd[0]
        associator.push(replace(frame, t_capture_ns=round(k / 10 * 1e9), sequence=k))
        most = max(most, associator.remembered)
    assert most < 20
    assert len(associator.aliases) <= ALIASES
