"""Who is who in one image: nearest first, boxes that overlap, ignored people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.aios.metrics.matching import box_overlap, match


def person(x: float, y: float = 100.0, size: float = 100.0) -> np.ndarray:
    """(24, 2): joints along the diagonal of a square box whose corner is at x, y."""
    along = np.linspace(0, size, 24)
    return np.stack([x + along, y + along], -1)


def people(*xs: float) -> np.ndarray:
    return np.stack([person(x) for x in xs]) if xs else np.zeros((0, 24, 2))


def counted(*flags: int) -> np.ndarray:
    return np.array(flags, bool)


def test_two_true_people_and_three_predictions() -> None:
    found = match(people(510, 105, 900), people(100, 500), counted(1, 1))
    assert found.pairs == [(0, 1), (1, 0)]
    assert found.missed == []
    assert found.false == [2]


def test_the_nearest_pair_is_made_first_and_the_other_prediction_is_false() -> None:
    found = match(people(130, 110), people(100), counted(1))
    assert found.pairs == [(1, 0)]
    assert found.false == [0]


def test_the_second_choice_is_taken_when_the_first_is_given_away() -> None:
    found = match(people(101, 110), people(100, 150), counted(1, 1))
    assert found.pairs == [(0, 0), (1, 1)]


def test_boxes_that_hardly_overlap_are_no_pair() -> None:
    # boxes of 101 x 101 px shifted by d px along x: IoU = (101 - d) / (101 + d)
    assert match(people(182), people(100), counted(1)).pairs == [(0, 0)]  # 19/183 = 0.104
    apart = match(people(184), people(100), counted(1))  # 17/185 = 0.092
    assert (apart.pairs, apart.missed, apart.false) == ([], [0], [0])


def test_overlap_of_boxes_by_hand() -> None:
    a, b = np.array([0, 0, 9, 9.0]), np.array([5, 0, 14, 9.0])
    assert box_overlap(a, b) == pytest.approx(50 / 150)
    assert box_overlap(a, a + 100) == 0


def test_ignored_people_are_neither_found_nor_missed() -> None:
    found = match(people(100), people(100, 500, 900), counted(1, 0, 1))
    assert (found.pairs, found.missed, found.false) == ([(0, 0)], [2], [])


def test_a_prediction_of_an_ignored_person_is_false_unless_forgiven() -> None:
    arguments = people(100, 505), people(100, 500), counted(1, 0)
    assert match(*arguments).false == [1]
    forgiven = match(*arguments, forgive_ignored=True)
    assert (forgiven.pairs, forgiven.false) == ([(0, 0)], [])


def test_nobody_predicted_and_nobody_there() -> None:
    assert match(people(), people(1, 2), counted(1, 0)).missed == [0]
    assert match(people(1, 2), people(), counted()).false == [0, 1]
    nothing = match(people(), people(), counted())
    assert (nothing.pairs, nothing.missed, nothing.false) == ([], [], [])


@given(st.permutations(range(4)), st.permutations(range(3)))
def test_the_order_of_files_does_not_matter(ps: list[int], ts: list[int]) -> None:
    predicted, true = people(104, 498, 130, 2000), people(100, 500, 900)
    flags = counted(1, 1, 0)
    straight = match(predicted, true, flags)
    shuffled = match(predicted[ps], true[ts], flags[ts])
    assert sorted((ps[p], ts[t]) for p, t in shuffled.pairs) == straight.pairs
    assert sorted(ps[p] for p in shuffled.false) == straight.false
