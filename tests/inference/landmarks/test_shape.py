from __future__ import annotations

import numpy as np
import pytest

from inference.body_model import default_body
from inference.landmarks.markers import markers
from inference.landmarks.shape import ShapeFitter


@pytest.fixture
def shape() -> ShapeFitter:
    return ShapeFitter(default_body(), markers())


def landmarks_of(betas: list[float]) -> np.ndarray:
    points = np.zeros((33, 3))
    points[markers().landmarks] = markers().at_rest(default_body().rest_joints(np.array(betas)))
    return points


def test_proportions_are_found_and_height_is_left_average(shape: ShapeFitter) -> None:
    for betas in ([0, 0, 2.0, 0, 0], [0, 0, -2.0, 0, 0]):
        build = shape.start()
        shape.observe(build, 0.8 * landmarks_of(betas), np.ones(33), 0.03)
        assert np.sign(build.betas[2]) == np.sign(betas[2])
        assert build.scale == pytest.approx(1 / 0.8, rel=0.05)
        assert abs(build.betas[0]) < 0.8


def test_the_average_stays_average(shape: ShapeFitter) -> None:
    build = shape.start()
    shape.observe(build, landmarks_of([0] * 5), np.ones(33), 0.03)
    np.testing.assert_allclose(build.betas, 0, atol=1e-4)
    assert build.scale == pytest.approx(1, abs=1e-4)


def test_it_is_time_that_settles_a_build_not_frames(shape: ShapeFitter) -> None:
    rng = np.random.default_rng(0)
    found = []
    for fps in (10, 60):
        build, changes = shape.start(), 0
        for _ in range(6 * fps):
            before = build.betas.copy()
            noisy = landmarks_of([0, 0, 1.5, 0, 0]) + 0.01 * rng.standard_normal((33, 3))
            shape.observe(build, noisy, np.ones(33), 1 / fps)
            changes += not np.array_equal(before, build.betas)
        assert changes < 20
        found.append(build.betas[2])
    assert found[0] == pytest.approx(found[1], abs=0.25)


def test_limbs_that_are_not_visible_say_nothing(shape: ShapeFitter) -> None:
    build, other = shape.start(), shape.start()
    hidden = np.ones(33)
    hidden[25:] = 0.1
    wrong = landmarks_of([0] * 5)
    wrong[25:] *= 2
    shape.observe(build, wrong, hidden, 0.03)
    np.testing.assert_allclose(build.betas, other.betas, atol=1e-4)
    shape.observe(other, wrong, np.zeros(33), 0.03)
    assert (other.betas == 0).all()
