from __future__ import annotations

import numpy as np
import pytest
from figures import body_at, detection, standing

from inference.landmarks.followed import Followed


@pytest.fixture
def person() -> Followed:
    keypoints = standing(100, 200)
    return Followed(7, 0.0, keypoints, body_at(keypoints))


def walk(person: Followed, speed_px_s: float, times_s: list[float]) -> None:
    for t_s in times_s:
        keypoints = standing(100 + speed_px_s * t_s, 200)
        person.see(t_s, keypoints, body_at(keypoints))


@pytest.mark.parametrize("step_s", [1 / 60, 1 / 15])
def test_a_walker_is_expected_where_he_goes_at_any_frame_rate(
    person: Followed, step_s: float
) -> None:
    walk(person, 90.0, [step_s * k for k in range(1, 13)])
    ahead = person.predicted(person.seen_s + 0.1)[11:13, 0].mean()
    assert ahead == pytest.approx(100 + 90 * (person.seen_s + 0.1), abs=0.5)


def test_nobody_is_expected_to_go_on_for_long(person: Followed) -> None:
    walk(person, 90.0, [k / 30 for k in range(1, 13)])
    later = [person.predicted(person.seen_s + s) for s in (0.2, 5.0)]
    np.testing.assert_array_equal(*later)


def test_colours_are_learned_slowly_and_only_when_seen(person: Followed) -> None:
    person.learn_colour()
    assert person.colour is None
    person.look = np.array([1.0, 0.0])
    person.learn_colour()
    person.look = np.array([0.0, 1.0])
    person.learn_colour()
    assert person.colour is not None
    assert np.linalg.norm(person.colour) == pytest.approx(1)
    assert person.colour[0] > 5 * person.colour[1] > 0


def test_who_is_not_detected_any_more_is_believed_less(person: Followed) -> None:
    person.detection, person.detected_s = detection(person.keypoints, 0.64), 0.0
    detected = person.described(0.0, None)
    walk(person, 0.0, [0.1])
    assert detected.score == pytest.approx(0.8)
    assert person.described(0.1, None).score < 0.6
    assert (detected.is_new, person.described(0.1, None).is_new) == (True, False)


def test_a_hand_that_was_missed_twice_is_left_alone_for_a_while(person: Followed) -> None:
    assert person.hands_due(0.0, 0.1) == ["left", "right"]
    person.see_hands(0.0, [("left", None)])
    assert person.hands_due(0.04, 0.1) == ["right"]
    assert person.hands_due(0.04, 0.0) == ["left", "right"]
    assert person.hands_due(0.11, 0.1) == ["left", "right"]
