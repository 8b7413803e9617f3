"""Crops of people, where keypoints say that they are."""

from __future__ import annotations

import numpy as np
import pytest

from inference.adapt.crop import box_around, cropped, keypoints_in_crop


@pytest.mark.parametrize("place", [(10.0, 10.0), (-300.0, 900.0)], ids=str)
def test_keypoints_that_are_all_one_point_have_a_crop(place: tuple[float, float]) -> None:
    keypoints = np.array([[*place, 1.0]] * 4)
    box = box_around(keypoints)
    image = np.full((40, 60, 3), 7, np.uint8)
    assert cropped(image, *box).shape == (224, 224, 3)
    assert np.isfinite(keypoints_in_crop(keypoints, *box)).all()
