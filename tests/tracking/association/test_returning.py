"""Laws of who is who, and people who come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from seen_people import Actor, permuted, seen

from livemocap.messages import PoseFrame
from tracking.association.associator import Associator
from tracking.association.returning import clear
from tracking.config import TrackingConfig

FPS = 30.0
Scene = Callable[[float], Sequence[Actor]]


def play(scene: Scene, seconds: float) -> list[PoseFrame]:
    return [seen(scene(k / FPS), k / FPS, k) for k in range(round(seconds * FPS))]


def ids_by_detection(
    frames: Sequence[PoseFrame], config: TrackingConfig | None = None
) -> list[dict[int, int]]:
    """For each frame: row of the detection to id."""
    associator = Associator(config or TrackingConfig())
    found = [associator.push(frame)[0] for frame in frames]
    return [
        {row: i for i, row in zip(p.ids.tolist(), p.rows.tolist(), strict=True) if row >= 0 and i}
        for p in found
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
    shuffled = [permuted(f, o.tolist()) for f, o in zip(frames, orders, strict=True)]
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


def test_somebody_who_returns_to_the_same_place_is_the_same() -> None:
    frames = play(lambda t: [] if 1 < t < 2.4 else [Actor(0.3, -4, look=2)], 3.5)
    assert {i for ids in ids_by_detection(frames) for i in ids.values()} == {1}


def test_people_keep_their_ids_where_nobody_is_shown_by_prediction() -> None:
    frames = ids_by_detection(play(busy, 3.0), TrackingConfig(predict_s=0.0))
    assert {i for ids in frames for i in ids.values()} == {1, 2, 3}


def test_a_stranger_gets_a_new_id() -> None:
    def scene(t_s: float) -> list[Actor]:
        return [Actor(-1, -4, look=1)] if t_s < 1 else [] if t_s < 4 else [Actor(1, -5, look=2)]

    assert ids_by_detection(play(scene, 5.0))[-1] == {0: 2}


def test_a_poster_is_nobody() -> None:
    frames = play(lambda _: [Actor(0, -4, score=0.42)], 3.0)
    assert not any(ids_by_detection(frames))


def test_somebody_steadily_seen_with_a_low_score_is_believed_after_a_while() -> None:
    frames = ids_by_detection(play(lambda _: [Actor(0, -4, score=0.52)], 1.0))
    assert [k for k, ids in enumerate(frames) if ids] == list(range(15, 30))


def test_somebody_with_a_low_score_who_flickers_is_nobody() -> None:
    def scene(t_s: float) -> list[Actor]:
        return [Actor(0, -4, score=0.52)] if round(t_s * FPS) % 3 else []

    assert not any(ids_by_detection(play(scene, 3.0)))


def test_somebody_of_low_scores_comes_back_with_them() -> None:
    def scene(t_s: float) -> list[Actor]:
        return [] if 1.5 < t_s < 2.5 else [Actor(0, -4, score=0.48, look=2)]

    assert {i for ids in ids_by_detection(play(scene, 4.0)) for i in ids.values()} == {1}


def test_somebody_hidden_does_not_take_a_second_detection_of_another() -> None:
    """Two close to each other; one goes, and the other is found twice."""
    pose = 0.4 * np.random.default_rng(0).standard_normal((55, 3))
    pose[0] = 0

    def scene(t_s: float) -> list[Actor]:
        other = Actor(0.15, -4.3)
        hidden, twin = Actor(-0.05, -4.2, rotvecs=pose), replace(other, x_m=0.12, score=0.7)
        return [other, hidden if t_s < 1 else twin]

    ids = ids_by_detection(play(scene, 1.2))
    assert [len(one) for one in ids] == [2] * 30 + [1] * 6
    assert ids[-1][0] == ids[0][0]


def test_a_confirmed_person_may_become_hard_to_see() -> None:
    frames = play(lambda t: [Actor(0, -4, score=0.9 if t < 1 else 0.35)], 3.0)
    assert {i for ids in ids_by_detection(frames) for i in ids.values()} == {1}
    assert ids_by_detection(frames)[-1] == {0: 1}


def test_a_pair_is_clear_only_without_a_rival() -> None:
    assert clear(np.array([[6.0, -1.0], [-1.0, -1.0]]), 0, 0)
    assert not clear(np.array([[6.0, 5.0], [-1.0, -1.0]]), 0, 0)
    assert not clear(np.array([[6.0], [5.0]]), 0, 0)
    assert not clear(np.array([[1.0]]), 0, 0)


def test_somebody_lost_is_not_taken_for_somebody_just_missed() -> None:
    """Behind a pillar two pass each other; the one who comes out was away for longer."""

    def scene(t_s: float) -> list[Actor]:
        right = Actor(1.2 * t_s - 1.7, -4.2, betas=0.8)
        left = Actor(1.7 - 1.2 * t_s, -4.3, betas=-0.8)
        people = [] if 1.0 < t_s < 1.45 else [right]
        return people if 1.35 < t_s < 1.75 else [*people, left]

    frames = play(scene, 2.5)
    found = ids_by_detection(frames)
    assert found[-1] == found[0]
