"""Who is who, from image to image."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from seen_people import Actor, permuted, seen

from livemocap.messages import (
    TRACK_OBSERVED,
    TRACK_PREDICTED,
    TRACK_TENTATIVE,
    PoseFrame,
)
from tracking.association.associator import Associator
from tracking.association.motion import pelvis_of
from tracking.config import TrackingConfig
from tracking.people import People

FPS = 30.0
Scene = Callable[[float], Sequence[Actor]]


def play(scene: Scene, seconds: float, fps: float = FPS) -> list[PoseFrame]:
    return [seen(scene(k / fps), k / fps, k) for k in range(round(seconds * fps))]


def follow(frames: Sequence[PoseFrame], config: TrackingConfig | None = None) -> list[People]:
    associator = Associator(config or TrackingConfig())
    return [people for frame in frames for people in associator.push(frame)]


def all_ids(people: Sequence[People]) -> set[int]:
    """That anybody is shown under."""
    return {i for one in people for i in one.ids.tolist() if i}


def places(people: People) -> dict[int, list[float]]:
    pelvis = pelvis_of(people.places).round(1).tolist()
    return {i: place for i, place in zip(people.ids.tolist(), pelvis, strict=True) if i}


def crossing(t_s: float) -> list[Actor]:
    """Two people pass each other 0.8 m apart in depth."""
    return [Actor(x_m=t_s - 1.5, z_m=-4.0), Actor(x_m=1.5 - t_s, z_m=-4.8)]


def bits(people: Sequence[People]) -> list[tuple[bytes, ...]]:
    names = [name for name in People.__slots__ if name != "frame"]
    return [tuple(np.asarray(getattr(one, name)).tobytes() for name in names) for one in people]


def test_there_is_one_answer_to_each_image_at_once() -> None:
    associator = Associator(TrackingConfig())
    assert [len(associator.push(frame)) for frame in play(crossing, 0.2)] == [1] * 6
    assert associator.flush() == []
    assert associator.look_ahead_s == 0


@pytest.mark.parametrize("fps", [10, 30, 60, 120])
def test_crossing_people_keep_their_ids_at_any_rate(fps: int) -> None:
    people = follow(play(crossing, 3.0, fps))
    assert {tuple(one.ids) for one in people} == {(1, 2)}
    assert places(people[0])[1][0] < 0 < places(people[-1])[1][0]
    assert places(people[0])[2][0] > 0 > places(people[-1])[2][0]


def test_people_who_swap_the_engines_hints_keep_their_ids() -> None:
    def scene(t_s: float) -> list[Actor]:
        return [
            Actor(x_m=-0.8, z_m=-4.0, hint=7 if t_s < 1 else 3),
            Actor(x_m=0.8, z_m=-4.0, hint=3 if t_s < 1 else 7),
        ]

    people = follow(play(scene, 2.0))
    assert {tuple(one.ids) for one in people} == {(1, 2)}
    assert np.ptp([places(one)[1][0] for one in people]) < 0.01


def test_a_couple_merged_into_one_detection_comes_apart_with_the_same_ids() -> None:
    def scene(t_s: float) -> list[Actor]:
        reach = 0.8 - 0.8 * t_s  # they pass each other after a second
        front, behind = Actor(-reach, -4.0, hint=7, look=1), Actor(reach, -4.4, hint=3, look=1)
        return [front] if abs(reach) < 0.2 else [front, behind]

    people = follow(play(scene, 2.0))
    assert all_ids(people) == {1, 2}
    first, last = places(people[0]), places(people[-1])
    assert first[1][0] < 0 < last[1][0]
    assert first[2][0] > 0 > last[2][0]


def test_the_order_of_detections_does_not_matter() -> None:
    frames = play(lambda t: [*crossing(t), Actor(x_m=0.0, z_m=-7.0)], 3.0)
    rng = np.random.default_rng(5)
    shuffled = [permuted(frame, rng.permutation(3).tolist()) for frame in frames]
    for a, b in zip(follow(frames), follow(shuffled), strict=True):
        np.testing.assert_array_equal(a.ids, b.ids)
        np.testing.assert_array_equal(a.pose_wxyz, b.pose_wxyz)
        np.testing.assert_array_equal(a.frame.pelvis[a.rows], b.frame.pelvis[b.rows])


def test_the_same_input_gives_the_same_output_bit_for_bit() -> None:
    frames = [permuted(f, [0, 1] if k % 7 else [1]) for k, f in enumerate(play(crossing, 2.0))]
    assert bits(follow(frames)) == bits(follow(frames))


def test_what_was_given_out_is_never_written_to() -> None:
    associator = Associator(TrackingConfig())
    frames = [permuted(f, [0, 1] if k % 7 else [1]) for k, f in enumerate(play(crossing, 1.0))]
    given, copies = [], []
    for frame in frames:
        given += associator.push(frame)
        associator.learn()
        copies += bits(given[-1:])
    assert bits(given) == copies


def test_a_stream_moved_in_time_gives_the_same_people() -> None:
    late = [seen(crossing(k / FPS), 5000 + k / FPS, k) for k in range(90)]
    for a, b in zip(follow(play(crossing, 3.0)), follow(late), strict=True):
        np.testing.assert_array_equal(a.ids, b.ids)
        np.testing.assert_allclose(a.t_s, b.t_s, atol=1e-9)


def test_ids_start_at_one_and_are_shared_between_cameras() -> None:
    ids = itertools.count(1)
    cameras = [Associator(TrackingConfig(), ids) for _ in range(2)]
    found = [c.push(seen([Actor(0, -3), Actor(1, -3)]))[0].ids.tolist() for c in cameras]
    assert found == [[1, 2], [3, 4]]


def test_a_sure_newcomer_is_shown_at_once_and_a_doubtful_one_after_three_sightings() -> None:
    people = follow(play(lambda _: [Actor(-1, -4, score=0.9), Actor(1, -4, score=0.65)], 0.2))
    assert [one.ids.tolist() for one in people[:4]] == [[1, 0], [1, 0], [1, 2], [1, 2]]
    tentative = [TRACK_TENTATIVE] * 2
    expected = [tentative, tentative, [TRACK_OBSERVED] * 2]
    assert [one.states.tolist() for one in people[:3]] == expected


def test_motion_begins_at_the_first_sighting_and_after_an_absence_only() -> None:
    frames = play(lambda t: [Actor(0, -4)] if t < 1 or t > 1.1 else [], 1.5)
    frames += [seen([Actor(0, -4)], 3 + k / FPS, 100 + k) for k in range(3)]
    fresh = [one.fresh.tolist() for one in follow(frames)]
    assert fresh == [[True], *[[False]] * 44, [True], [False], [False]]


def test_a_flash_of_a_person_uses_up_no_id() -> None:
    def scene(t_s: float) -> list[Actor]:
        flash = [Actor(1, -4, score=0.4)] if 0.1 < t_s < 0.15 else []
        return [*flash, *([Actor(-1, -4)] if t_s > 0.5 else [])]

    assert all_ids(follow(play(scene, 1.0))) == {1}


def test_a_short_gap_is_predicted_on_the_way_people_went_and_less_and_less_surely() -> None:
    frames = play(lambda t: [Actor(x_m=1.2 * t - 1, z_m=-4)], 2.0)
    gap = range(30, 36)
    people = follow([permuted(f, [] if k in gap else [0]) for k, f in enumerate(frames)])
    for k in gap:
        assert people[k].states.tolist() == [TRACK_PREDICTED]
        assert people[k].rows.tolist() == [-1]
        assert people[k].ids.tolist() == [1]
        assert pelvis_of(people[k].places)[0, 0] > pelvis_of(people[k - 1].places)[0, 0] + 0.015
    assert (np.diff([people[k].noise[0] for k in gap], axis=0) > 0).all()
    assert people[36].states.tolist() == [TRACK_OBSERVED]


@pytest.mark.parametrize("predict_s", [0.0, 0.3, 0.5])
def test_nobody_is_shown_for_longer_than_predicted(predict_s: float) -> None:
    frames = play(lambda t: [Actor(0, -4)] if t < 1 else [], 3.0)
    people = follow(frames, TrackingConfig(predict_s=predict_s))
    shown = [bool(one.ids.any()) for one in people]
    assert shown == sorted(shown, reverse=True)
    assert 30 + min(round(predict_s * FPS), 5) <= sum(shown) <= 30 + round(predict_s * FPS)


def test_whoever_was_hardly_seen_is_predicted_for_less_time() -> None:
    def shown(last_score: float) -> int:
        frames = play(lambda t: [Actor(0, -4, score=0.95 if t < 0.8 else last_score)], 1.0)
        people = follow([*frames, *(seen([], 1 + k / FPS, 30 + k) for k in range(30))])
        return sum(bool(one.ids.any()) for one in people[30:])

    assert 0 < shown(0.5) < shown(0.95)


def test_people_come_back_by_their_looks() -> None:
    def scene(t_s: float) -> list[Actor]:
        if t_s < 1:
            return [Actor(-1, -4, look=1), Actor(1, -4, look=2)]
        return [] if t_s < 6 else [Actor(-1, -4, look=2), Actor(1, -4, look=1)]

    people = follow(play(scene, 7.0))
    assert all_ids(people) == {1, 2}
    assert places(people[0])[1][0] < 0 < places(people[-1])[1][0]


def test_a_newcomer_who_turns_out_to_be_somebody_lost_is_told() -> None:
    """Of two who look alike and are away, one comes back with a build between theirs."""

    def scene(t_s: float) -> list[Actor]:
        if t_s < 1:
            return [Actor(-1, -4, betas=0.3), Actor(1, -4, betas=-0.3)]
        return [] if t_s < 2.5 else [Actor(0.1, -4, betas=0.15)]

    associator = Associator(TrackingConfig())
    people = [one for frame in play(scene, 3.0) for one in associator.push(frame)]
    trial = [one for one in people if 3 in one.keys.tolist()]
    assert trial
    assert not any(one.ids.any() for one in trial)
    assert associator.aliases == {3: 1}
    assert people[-1].keys.tolist() == [1]
    assert people[-1].ids.tolist() == [1]


def test_who_was_seen_to_leave_and_comes_in_elsewhere_is_somebody_else() -> None:
    before = [seen([Actor(-0.3, -1.25)], k / 5, k) for k in range(8)]
    empty = [seen([], 1.6 + k / 5, 8 + k) for k in range(15)]
    after = [seen([Actor(0.6, -1.25)], 4.6 + k / 5, 23 + k) for k in range(5)]
    assert follow([*before, *after])[-1].ids.tolist() == [1]
    assert follow([*before, *empty, *after])[-1].ids.tolist() == [2]


def test_a_stranger_after_images_stopped_gets_a_new_id() -> None:
    frames = [seen([Actor(0, -4, look=1)], k / 5, k) for k in range(8)]
    frames += [seen([Actor(0, -4, look=2)], 4 + k / 5, 8 + k) for k in range(5)]
    assert follow(frames)[-1].ids.tolist() == [2]


@pytest.mark.parametrize("gap_s", [1.0, 1.9, 3.2, 5.0])
def test_images_that_stop_and_come_again_show_the_same_person_wherever_they_sway(
    gap_s: float,
) -> None:
    for phase in range(15):
        assert all_ids(follow(swaying(phase / 15, gap_s))) == {1}


def swaying(phase: float, gap_s: float) -> list[PoseFrame]:
    """Somebody close by, of no particular looks, five times a second; nothing for `gap_s` after
    the eighth image."""
    times_s = [k / 5 + (gap_s - 0.2 if k >= 8 else 0.0) for k in range(13)]
    places_m = [0.25 * np.sin(2 * np.pi * (t_s / 3 + phase)) for t_s in times_s]
    people = [Actor(x_m, -1.25) for x_m in places_m]
    return [seen([who], t_s, k) for k, (who, t_s) in enumerate(zip(people, times_s, strict=True))]


def test_ids_are_never_used_again() -> None:
    def scene(t_s: float) -> list[Actor]:
        return [Actor(0, -4)] if t_s % 2 < 1 else []

    people = follow(play(scene, 6.0), TrackingConfig(max_lost_s=0.5))
    assert all_ids(people) == {1, 2, 3}


def test_a_second_detection_of_somebody_is_left_out() -> None:
    associator = Associator(TrackingConfig())
    frames = play(lambda _: [Actor(0, -4), Actor(0.03, -4.05, score=0.7)], 1.0)
    assert {tuple(associator.push(frame)[0].ids) for frame in frames} == {(1,)}
    assert associator.duplicates == 30


def test_another_body_forgets_everybody() -> None:
    frames = play(lambda _: [Actor(0, -4)], 0.5)
    other = {"body_hash": "1" * 16, "betas": np.zeros((1, 16), np.float32)}
    frames += [seen([Actor(0, -4)], 1 + k / FPS, k, **other) for k in range(5)]
    people = follow(frames)
    assert people[-1].ids.tolist() == [2]
    assert people[-1].betas.shape == (1, 16)
    assert [one.cut for one in people[14:17]] == [False, True, False]


def test_another_kind_of_looks_forgets_nobody() -> None:
    frames = play(lambda _: [Actor(0, -4, look=2)], 0.5)
    looks = np.full((1, 3), 3**-0.5, np.float32)
    frames += [seen([Actor(0, -4)], 0.5 + k / FPS, 15 + k, appearance=looks) for k in range(5)]
    assert all_ids(follow(frames)) == {1}


def test_a_reset_associator_knows_nobody() -> None:
    associator = Associator(TrackingConfig())
    (before,) = associator.push(seen([Actor(0, -4)]))
    associator.reset()
    (after,) = associator.push(seen([Actor(0, -4)], 9.0))
    assert (before.ids.tolist(), after.ids.tolist(), after.t_s) == ([1], [2], 0.0)
    assert after.fresh.all()


def test_who_looks_up_aliases_may_go_on_so_after_a_reset() -> None:
    associator = Associator(TrackingConfig())
    known = associator.aliases
    known[3] = 1
    associator.reset()
    assert known is associator.aliases
    assert known == {}
