"""Laws of who is who, and people who come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from seen_people import Actor, permuted, seen

from livemocap.messages import PoseFrame
from tracking.build import Build, build_ratio, learn, view_terms
from tracking.config import TrackingConfig
from tracking.returning import clear
from tracking.tracker import Tracker

FPS = 30.0
Scene = Callable[[float], Sequence[Actor]]


def play(scene: Scene, seconds: float) -> list[PoseFrame]:
    return [seen(scene(k / FPS), k / FPS, k) for k in range(round(seconds * FPS))]


def ids_by_detection(frames: Sequence[PoseFrame]) -> list[dict[int, int]]:
    """For each frame: row of the detection to track id."""
    tracker = Tracker(TrackingConfig())
    tracked = [tracker.step(frame) for frame in frames]
    return [
        {int(row): int(i) for i, row in zip(f.track_ids, f.detections, strict=True) if row >= 0}
        for f in tracked
    ]


def busy(t_s: float) -> list[Actor]:
    """Three who cross, of whom one is away for a second; shapes tell them apart."""
    people = [
        Actor(1.2 * t_s - 1.8, -4.0, betas=1.0),
        Actor(1.8 - 1.2 * t_s, -4.8, betas=-1.0),
        Actor(0.3 * np.sin(2 * t_s), -6.5, betas=0.2),
    ]
    return people[1:] if 1.0 < t_s < 2.0 else people


def mirrored(scene: Scene) -> Scene:
    return lambda t_s: [replace(actor, x_m=-actor.x_m) for actor in scene(t_s)]


def test_a_mirrored_scene_gives_the_same_ids() -> None:
    """Up to who of those who come first together is called 1."""
    plain, mirror = ids_by_detection(play(busy, 3.0)), ids_by_detection(play(mirrored(busy), 3.0))
    names = {plain[0][row]: mirror[0][row] for row in plain[0]}
    assert [{row: names[i] for row, i in frame.items()} for frame in plain] == mirror


def test_the_order_of_detections_does_not_matter_to_those_who_return() -> None:
    frames = play(busy, 3.0)
    rng = np.random.default_rng(3)
    orders = [rng.permutation(len(frame.scores)) for frame in frames]
    shuffled = [permuted(f, o) for f, o in zip(frames, orders, strict=True)]
    found = ids_by_detection(shuffled)
    back = [
        {int(order[row]): i for row, i in ids.items()}
        for ids, order in zip(found, orders, strict=True)
    ]
    assert back == ids_by_detection(frames)


def test_half_the_frames_give_the_same_ids() -> None:
    frames = play(busy, 3.0)
    assert ids_by_detection(frames[::2])[-1] == ids_by_detection(frames)[-1]


def test_two_who_meet_out_of_sight_and_turn_back_keep_their_ids() -> None:
    def scene(t_s: float) -> list[Actor]:
        reach = abs(1.5 - t_s)  # they turn round at the middle
        people = [Actor(-reach, -4.2, betas=1.0), Actor(reach, -4.2, betas=-1.0)]
        return people if reach > 0.5 else []

    frames = ids_by_detection(play(scene, 3.0))
    assert frames[-1] == frames[0]


def test_two_who_pass_out_of_sight_keep_their_ids() -> None:
    def scene(t_s: float) -> list[Actor]:
        x_m = t_s - 1.5
        people = [Actor(x_m, -4.2, betas=1.0), Actor(-x_m, -4.4, betas=-1.0)]
        return people if abs(x_m) > 0.5 else []

    frames = ids_by_detection(play(scene, 3.0))
    assert frames[-1] == frames[0]


def test_people_keep_their_ids_where_nobody_is_shown_by_prediction() -> None:
    tracker = Tracker(TrackingConfig(predict_s=0.0))
    frames = [tracker.step(frame) for frame in play(busy, 3.0)]
    assert {i for frame in frames for i in frame.track_ids.tolist()} == {1, 2, 3}


def test_a_poster_is_nobody() -> None:
    frames = play(lambda _: [Actor(0, -4, score=0.42)], 3.0)
    assert not any(ids_by_detection(frames))


def test_a_confirmed_person_may_become_hard_to_see() -> None:
    frames = play(lambda t: [Actor(0, -4, score=0.9 if t < 1 else 0.35)], 3.0)
    assert {i for ids in ids_by_detection(frames) for i in ids.values()} == {1}
    assert ids_by_detection(frames)[-1] == {0: 1}


def test_a_pair_is_clear_only_without_a_rival() -> None:
    assert clear(np.array([[6.0, -1.0], [-1.0, -1.0]]), 0, 0)
    assert not clear(np.array([[6.0, 5.0], [-1.0, -1.0]]), 0, 0)
    assert not clear(np.array([[6.0], [5.0]]), 0, 0)
    assert not clear(np.array([[1.0]]), 0, 0)


def test_a_build_is_told_apart_by_the_side_it_is_seen_from() -> None:
    """Somebody who looks like another from behind is not taken for them."""
    ahead, behind = np.array([[1.0, 1.0, 0.0]]), np.array([[1.0, -1.0, 0.0]])
    build, noise = Build(10), np.array([0.1])
    for view, value in [(ahead, 1.0), (behind, 0.2)] * 60:
        learn([build], np.full((1, 10), value), view, noise, np.array([1 / FPS]))
    seen_low = np.full((1, 10), 0.2)
    assert build_ratio([build], seen_low, behind, noise) > 0
    assert build_ratio([build], seen_low, ahead, noise) < -0.5


def test_the_view_is_ahead_for_somebody_who_faces_the_camera_anywhere() -> None:
    pelvis = np.array([[-2.0, 0.0, 4.0], [2.0, 0.0, 4.0], [0.0, 0.0, 3.0]])
    facing = -pelvis / np.sqrt((pelvis**2).sum(1, keepdims=True))
    np.testing.assert_allclose(view_terms(facing, pelvis), [[1, 1, 0]] * 3, atol=1e-9)
    np.testing.assert_allclose(view_terms(-facing, pelvis)[:, 1], -1, atol=1e-9)
