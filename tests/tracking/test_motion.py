"""The filter on the root."""

from __future__ import annotations

import numpy as np

from tracking.motion import UNKNOWN_VARIANCE, RootFilter, pelvis_of, place_of

NOISE = [0.01, 0.01, 0.04]


def walker(x_m: float = 0.0) -> RootFilter:
    return RootFilter(place(x_m), NOISE, 1.2, 1.0)


def place(x_m: float) -> list[float]:
    return place_of(np.array([x_m, 0.0, 4.0])).tolist()


def test_place_and_pelvis_are_inverse() -> None:
    pelvis = np.random.default_rng(0).uniform([-2, -1, 1], [2, 1, 9], (20, 3))
    np.testing.assert_allclose(pelvis_of(place_of(pelvis)), pelvis, atol=1e-12)


def test_one_long_step_is_many_short_ones() -> None:
    once, often = walker(), walker()
    for person in (once, often):
        # the spread of speeds depends on the distance, which a step keeps: no speed in depth
        person.update(place(0.1), NOISE)
    once.predict(0.5)
    for _ in range(50):
        often.predict(0.01)
    np.testing.assert_allclose(once.place, often.place, atol=1e-9)
    np.testing.assert_allclose(once.variance, often.variance, rtol=1e-9)


def test_a_walk_is_learned_and_continued() -> None:
    person = walker()
    for k in range(1, 31):
        person.predict(1 / 30)
        person.update(place(1.0 * k / 30), NOISE)
    person.predict(0.2)
    assert abs(pelvis_of(np.array(person.place))[0] - 1.2) < 0.05


def test_an_unseen_person_becomes_uncertain_but_not_fast() -> None:
    person = walker()
    person.predict(1 / 30)
    person.update(place(0.05), NOISE)
    person.predict(60.0)
    assert np.abs(pelvis_of(np.array(person.place))[0]) < 2.5
    np.testing.assert_array_equal(person.variance, UNKNOWN_VARIANCE)
