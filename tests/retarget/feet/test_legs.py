"""Legs and how feet stand at rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from walkers import GROWN, frame, moved, standing

from retarget.errors import RetargetError
from retarget.feet.legs import FeetAtRest, flat_feet, standing_feet


def test_rest_is_measured_from_the_floor_the_rig_stands_on() -> None:
    legs = frame(moved(standing(), np.array([0, 0.5, 0])).legs, 0)
    rest = FeetAtRest.of(legs, floor_m=0.5)
    np.testing.assert_allclose(rest.heights, [[[0, 0.02], [0, 0.02]]], atol=1e-12)
    np.testing.assert_allclose(rest.leg, GROWN.leg, rtol=1e-3)


def test_without_a_heel_the_ankle_stands_in() -> None:
    legs = replace(frame(standing().legs, 0), heel=None)
    np.testing.assert_array_equal(legs.points[..., 0, :], legs.ankle)
    np.testing.assert_allclose(FeetAtRest.of(legs).heights[..., 0], GROWN.ankle)


def test_one_rig_serves_all_people() -> None:
    rest = FeetAtRest.of(frame(standing().legs, 0)).for_people(3)
    assert rest.heights.shape == (3, 2, 2)
    assert rest.speed.shape == (3,)


def test_legs_without_length_are_refused() -> None:
    legs = frame(standing().legs, 0)
    with pytest.raises(RetargetError, match="thigh and a shin"):
        FeetAtRest.of(replace(legs, hip=legs.ankle, knee=legs.ankle))


def test_shapes_that_do_not_fit_are_named() -> None:
    legs = frame(standing().legs, 0)
    with pytest.raises(RetargetError, match=r"toe is \(1, 3\), expected \(1, 2, 3\)"):
        replace(legs, toe=legs.toe[:, 0])


def test_a_foot_is_flat_on_both_and_stands_on_either() -> None:
    held = np.array([[[True, True], [False, True]], [[True, False], [False, False]]])
    assert flat_feet(held).tolist() == [[True, False], [False, False]]
    assert standing_feet(held).tolist() == [[True, True], [True, False]]
