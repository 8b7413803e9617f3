"""Distances that do not tremble."""

from __future__ import annotations

import numpy as np

from inference.lifting.steady_depth import SteadyDepth


def followed(depths: np.ndarray, key: int = 3) -> np.ndarray:
    steady = SteadyDepth()
    places = np.array([[0.2, -0.1, 1.0]]) * depths[:, None]
    return np.array([steady.follow(k / 30, [key], p[None])[0] for k, p in enumerate(places)])


def test_a_trembling_distance_is_steadied_along_its_ray() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 200)
    found = followed(4 + noise)
    assert np.diff(found[:, 2], 2).std() < 0.3 * np.diff(noise, 2).std()
    np.testing.assert_allclose(found[:, :2] / found[:, 2:], np.tile([0.2, -0.1], (200, 1)))


def test_whoever_walks_towards_the_camera_is_a_tenth_of_a_second_late() -> None:
    depths = 6 - np.arange(90) / 30
    np.testing.assert_allclose(followed(depths)[60:, 2] - depths[60:], 0.1, atol=0.03)


def test_whoever_is_not_known_stays_unknown_and_comes_back_where_they_are() -> None:
    steady, nan = SteadyDepth(), np.full((1, 3), np.nan)
    near, far = np.array([[0, 0, 2.0]]), np.array([[0, 0, 9.0]])
    assert steady.follow(0.0, [1], near)[0, 2] == 2
    assert np.isnan(steady.follow(0.1, [1], nan)).all()
    assert 2 < steady.follow(0.2, [1], far)[0, 2] < 9
    assert steady.follow(5.0, [1], far)[0, 2] == 9
    steady.follow(5.1, [], np.zeros((0, 3)))
    assert steady.follow(5.2, [1], near)[0, 2] == 2
