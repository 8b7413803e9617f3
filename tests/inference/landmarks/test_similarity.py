from __future__ import annotations

import numpy as np
import pytest
from figures import standing

from inference.landmarks.similarity import (
    box_of,
    covered_part,
    person_size_px,
    similarity,
)


def test_somebody_is_wholly_like_himself_and_unlike_his_neighbour() -> None:
    people = np.stack([standing(100, 200), standing(400, 200)])
    alike = similarity(people, people)
    np.testing.assert_allclose(np.diag(alike), 1.0)
    assert alike[0, 1] < 1e-6


def test_likeness_does_not_depend_on_the_scale_of_the_image() -> None:
    small = similarity(standing(50, 100, 40)[None], standing(54, 100, 40)[None])
    large = similarity(standing(500, 1000, 400)[None], standing(540, 1000, 400)[None])
    assert small.item() == pytest.approx(large.item())
    assert 0.5 < small.item() < 1


def test_keypoints_the_detector_does_not_trust_do_not_count() -> None:
    reference, seen = standing(100, 200), standing(100, 200)
    seen[15:, :2] += 300
    assert similarity(seen[None], reference[None]).item() < 0.9
    seen[15:, 2] = 0.05
    assert similarity(seen[None], reference[None]).item() == pytest.approx(1.0)


def test_without_any_trusted_keypoint_all_of_them_count() -> None:
    seen = standing(100, 200)
    seen[:, 2] = 0.0
    assert similarity(seen[None], standing(100, 200)[None]).item() == pytest.approx(1.0)


def test_nobody_can_be_compared() -> None:
    nobody = np.zeros((0, 17, 3))
    assert similarity(nobody, standing(1, 1)[None]).shape == (0, 1)
    assert similarity(standing(1, 1)[None], nobody).shape == (1, 0)
    assert person_size_px(nobody).shape == (0,)


def test_a_box_leaves_out_what_is_not_trusted() -> None:
    keypoints = standing(100, 200)
    keypoints[16] = [900, 900, 0.01]
    np.testing.assert_allclose(box_of(keypoints), [80, 107, 120, 290])


def test_covering_is_a_part_of_the_covered_one() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 0, 25, 10], [50, 50, 60, 60.0]])
    expected = [[0, 0.5, 0], [0.25, 0, 0], [0, 0, 0]]
    np.testing.assert_allclose(covered_part(boxes), expected)
