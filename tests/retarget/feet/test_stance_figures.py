"""The figures that a foot lock is held to."""

from __future__ import annotations

import numpy as np
import pytest
from stance_figures import direction_error_deg, stance_height_error, stance_slide
from walkers import BUILDS, moved, onto, standing, walk

from livemocap.rotation import normalize, quat_from_rotvec


def test_a_true_walk_slides_not_at_all_and_a_carried_one_does() -> None:
    someone = walk()
    contacts = someone.contacts.reshape(-1, 4)
    points = someone.legs.points.reshape(-1, 4, 3)
    assert stance_slide(points, someone.times_s, contacts) < 1e-12
    carried = onto(someone, BUILDS["big feet"]).legs.points.reshape(-1, 4, 3)
    assert stance_slide(carried, someone.times_s, contacts) > 0.08


def test_a_slide_is_its_speed_over_the_floor() -> None:
    someone = standing()
    t = someone.times_s
    sliding = moved(someone, np.stack([0.03 * t, 0.5 * t, 0.04 * t], -1))
    points, contacts = sliding.legs.points.reshape(-1, 4, 3), sliding.contacts.reshape(-1, 4)
    assert stance_slide(points, t, contacts) == pytest.approx(0.05)
    assert stance_slide(points, t, contacts & False) == 0


def test_heights_count_where_a_point_stands() -> None:
    someone = standing()
    contacts = someone.contacts.reshape(-1, 4).copy()
    contacts[:, 1:] = False
    points = someone.legs.points.reshape(-1, 4, 3) + np.array([0, 0.007, 0])
    errors = stance_height_error(points, contacts, someone.rest.heights.reshape(4))
    assert errors.shape == (someone.frames,)
    np.testing.assert_allclose(errors, 0.007)


def test_directions_are_of_limbs_and_not_of_their_twist() -> None:
    legs = standing().legs
    still = quat_from_rotvec(np.zeros_like(legs.hip))
    tilt = quat_from_rotvec(np.broadcast_to([np.radians(7), 0, 0], legs.hip.shape))
    error = direction_error_deg(legs, tilt, still)
    np.testing.assert_allclose(error[..., 0], 7, atol=1e-6)
    np.testing.assert_allclose(error[..., 1], 0, atol=1e-6)
    twist = quat_from_rotvec(normalize(legs.shin))
    np.testing.assert_allclose(direction_error_deg(legs, still, twist), 0, atol=1e-5)
