"""The filters on roots."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from tracking.association.motion import (
    advance,
    begin,
    corrected,
    pelvis_of,
    place_of,
)

NOISE = np.array([[0.01, 0.01, 0.04]])


def later(motion: Array, dt_s: float) -> Array:
    return advance(motion, np.array(dt_s), 1.2, 1.0)


def place(x_m: float) -> Array:
    return place_of(np.array([[x_m, 0.0, 4.0]]))


def test_place_and_pelvis_are_inverse() -> None:
    pelvis = np.random.default_rng(0).uniform([-2, -1, 1], [2, 1, 9], (20, 3))
    np.testing.assert_allclose(pelvis_of(place_of(pelvis)), pelvis, atol=1e-12)


def test_one_long_step_is_many_short_ones() -> None:
    # the spread of speeds depends on the distance, which a step keeps: no speed in depth
    person = corrected(begin(place(0.0), NOISE, 1.2), place(0.1), NOISE)
    often = person
    for _ in range(50):
        often = later(often, 0.01)
    np.testing.assert_allclose(later(person, 0.5), often, rtol=1e-9, atol=1e-12)


def test_people_with_steps_of_their_own_go_on_as_each_alone() -> None:
    both = begin(place_of(np.array([[0.0, 0.0, 4.0], [1.0, 0.0, 6.0]])), np.repeat(NOISE, 2, 0), 1)
    together = advance(both, np.array([0.1, 0.7]), 1.2, 1.0)
    np.testing.assert_allclose(together[:1], later(both[:1], 0.1), rtol=1e-12)
    np.testing.assert_allclose(together[1:], later(both[1:], 0.7), rtol=1e-12)


def test_a_walk_is_learned_and_continued() -> None:
    person = begin(place(0.0), NOISE, 1.2)
    for k in range(1, 31):
        person = corrected(later(person, 1 / 30), place(k / 30), NOISE)
    assert abs(pelvis_of(later(person, 0.2)[:, 0])[0, 0] - 1.2) < 0.05


def test_an_unseen_person_becomes_uncertain_but_not_fast() -> None:
    person = corrected(later(begin(place(0.0), NOISE, 1.2), 1 / 30), place(0.05), NOISE)
    minute = later(person, 60.0)
    assert np.abs(pelvis_of(minute[:, 0])[0, 0]) < 2.5
    assert (minute[:, 2] > 1.0).all()
