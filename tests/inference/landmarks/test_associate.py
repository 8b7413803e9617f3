from __future__ import annotations

import numpy as np
from figures import body_at, detection, standing

from inference.landmarks.associate import associate
from inference.landmarks.followed import Followed

RED, BLUE = np.eye(2)


def person(x: float, colour: np.ndarray | None = None, seen_s: float = 0.0) -> Followed:
    keypoints = standing(x, 200)
    known = Followed(1, seen_s, keypoints, body_at(keypoints))
    known.colour = colour
    return known


def at(*xs: float) -> list:
    return [detection(standing(x, 200)) for x in xs]


def test_everybody_is_matched_with_the_nearest() -> None:
    pairs = associate(at(510, 105), [None, None], [person(100), person(500)], 0.04, 0.0)
    assert pairs == [(0, 1), (1, 0)]


def test_colours_tell_apart_who_stands_in_one_place() -> None:
    known = [person(100, RED), person(110, BLUE)]
    assert associate(at(104, 106), [BLUE, RED], known, 0.04, 0.0) == [(0, 1), (1, 0)]


def test_a_velocity_carries_people_past_each_other() -> None:
    leftwards, rightwards = person(240), person(160)
    leftwards.velocity, rightwards.velocity = np.array([-2000.0, 0]), np.array([2000.0, 0])
    pairs = associate(at(160, 240), [None, None], [leftwards, rightwards], 0.04, 0.0)
    assert pairs == [(0, 0), (1, 1)]


def test_nobody_jumps_across_the_image_however_well_dressed() -> None:
    assert associate(at(900), [RED], [person(100, RED)], 0.04, 0.0) == []


def test_who_was_out_of_sight_may_have_gone_farther() -> None:
    assert associate(at(400), [RED], [person(100, RED)], 0.1, 0.06) == []
    assert associate(at(400), [RED], [person(100, RED)], 0.6, 0.56) == [(0, 0)]


def test_neither_place_nor_colour_alone_overrules_both() -> None:
    assert associate(at(160), [BLUE], [person(100, RED)], 0.04, 0.0) == []


def test_nobody_is_associated_with_nobody() -> None:
    assert associate([], [], [person(1)], 1.0, 0.9) == []
    assert associate(at(1), [None], [], 1.0, 0.9) == []
