from __future__ import annotations

from collections.abc import Iterable
from itertools import count

import numpy as np
import pytest
from sample_clip import FPS, engine_image, sample_frames

from inference.landmarks.executors import executor_of
from inference.landmarks.landmark_nets import LandmarkNets
from inference.landmarks.observation import PersonLandmarks
from inference.landmarks.tracker import LandmarkTracker

BLACK = np.zeros((432, 768, 3), np.uint8)


@pytest.fixture
def tracker(nets: LandmarkNets) -> LandmarkTracker:
    return LandmarkTracker(nets, count(1), executor_of(1))


def ids(people: Iterable[PersonLandmarks]) -> set[int]:
    return {person.engine_id for person in people}


def test_three_people_keep_their_ids_through_a_crossing(tracker: LandmarkTracker) -> None:
    seen = {}
    for k in range(32, 69, 3):
        for person in tracker.step(engine_image(sample_frames(70)[k], k / FPS)):
            seen[person.engine_id, k] = person.points_px[[23, 24], 0].mean()
    assert {engine_id for engine_id, _ in seen} == {1, 2, 3}
    before = sorted((1, 2, 3), key=lambda i: seen[i, 32])
    after = sorted((1, 2, 3), key=lambda i: seen[i, 68])
    assert before == after[::-1]


def test_people_come_with_hands_face_and_units(tracker: LandmarkTracker) -> None:
    people = tracker.step(engine_image(sample_frames(1)[0], 0))
    assert all(person.is_new for person in people)
    assert len(people) == 3
    for person in people:
        x0, y0, x1, y1 = person.box_px
        hips = person.points_px[[23, 24]].mean(0)
        assert x0 < hips[0] < x1
        assert y0 < hips[1] < y1
        assert 0.3 < person.score <= 1
        assert np.linalg.norm(person.appearance) == pytest.approx(1, abs=1e-5)
        height = np.ptp(person.world[:, 1])
        assert 1.3 < height < 2.1
        assert person.world[0, 1] < person.world[27, 1]  # +Y is down
    assert any(person.hands for person in people)
    assert any(person.face for person in people)


def test_a_cut_makes_strangers_of_everybody(tracker: LandmarkTracker) -> None:
    bgr = sample_frames(1)[0]
    before = ids(tracker.step(engine_image(bgr, 0)))
    after = tracker.step(engine_image(bgr, 1 / FPS, cut=0.9))
    assert len(after) == 3
    assert not ids(after) & before
    assert all(person.is_new for person in after)


@pytest.mark.parametrize(("away_s", "same"), [(1.0, True), (2.0, False)])
def test_the_lost_are_remembered_for_seconds_not_images(
    tracker: LandmarkTracker, away_s: float, same: bool
) -> None:
    bgr = sample_frames(1)[0]
    before = ids(tracker.step(engine_image(bgr, 0)))
    for t_s in (0.04, 0.3):
        assert tracker.step(engine_image(BLACK, t_s)) == []
    assert (ids(tracker.step(engine_image(bgr, away_s))) == before) == same


def test_a_seek_back_or_another_size_starts_anew(tracker: LandmarkTracker) -> None:
    bgr = sample_frames(1)[0]
    first = ids(tracker.step(engine_image(bgr, 5)))
    second = ids(tracker.step(engine_image(bgr, 1)))
    third = ids(tracker.step(engine_image(bgr[:, 10:], 2)))
    assert len(first | second | third) == 9


def test_a_mirrored_view_of_an_image_will_do(tracker: LandmarkTracker) -> None:
    assert len(tracker.step(engine_image(sample_frames(1)[0][:, ::-1], 0))) == 3


def test_a_time_stamp_that_comes_twice_is_no_seek(tracker: LandmarkTracker) -> None:
    bgr = sample_frames(1)[0]
    assert ids(tracker.step(engine_image(bgr, 1))) == ids(tracker.step(engine_image(bgr, 1)))


@pytest.mark.parametrize("shape", [(1, 1), (40, 12000), (432, 768), (9000, 3)], ids=str)
def test_empty_images_of_any_shape_hold_nobody(
    tracker: LandmarkTracker, shape: tuple[int, int]
) -> None:
    assert tracker.step(engine_image(np.zeros((*shape, 3), np.uint8), 0)) == []


def test_noise_and_half_people_do_no_harm(tracker: LandmarkTracker) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (240, 320, 3), np.uint8)
    tracker.step(engine_image(noise, 0))
    for k, left in enumerate(range(0, 400, 80)):
        cut_off = sample_frames(1)[0][100:260, left : left + 160]
        for person in tracker.step(engine_image(np.ascontiguousarray(cut_off), 1 + k / FPS)):
            assert np.isfinite(person.points_px).all()
            assert np.isfinite(person.world).all()


def test_threads_change_nothing_in_the_answer(nets: LandmarkNets) -> None:
    answers = []
    for threads in (1, 3):
        with executor_of(threads) as executor:
            tracker = LandmarkTracker(nets, count(1), executor)
            images = [engine_image(bgr, k / FPS) for k, bgr in enumerate(sample_frames(42)[38:])]
            answers.append([tracker.step(image) for image in images])
    for alone, spread in zip(*answers, strict=True):
        assert [p.engine_id for p in alone] == [p.engine_id for p in spread]
        for one, other in zip(alone, spread, strict=True):
            np.testing.assert_array_equal(one.points_px, other.points_px)
            np.testing.assert_array_equal(one.world, other.world)
            assert one.hands.keys() == other.hands.keys()
            for side, hand in one.hands.items():
                np.testing.assert_array_equal(hand.world, other.hands[side].world)


def test_images_that_come_irregularly_keep_ids(tracker: LandmarkTracker) -> None:
    found = set()
    for k in (0, 1, 2, 5, 6, 13, 14, 15, 22, 23):
        found |= ids(tracker.step(engine_image(sample_frames(70)[k], k / FPS)))
    assert found == {1, 2, 3}
