"""The test pattern."""

from __future__ import annotations

from itertools import islice

import numpy as np

from capture.synthetic import Synthetic


def test_the_same_settings_give_the_same_images() -> None:
    first, second = (list(islice(Synthetic(160, 120, 30).images(), 3)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.bgr, b.bgr)


def test_images_have_the_size_and_rate_asked_for() -> None:
    images = list(islice(Synthetic(321, 123, 60).images(), 61))
    assert images[0].bgr.shape == (123, 321, 3)
    assert images[60].t_ns == 1_000_000_000


def test_figures_move_and_the_wall_stands() -> None:
    pattern = Synthetic(320, 240, 30, people=2)
    moved = np.abs(pattern.draw(0.5).astype(int) - pattern.draw(0.0)).max(axis=2) > 30
    assert 0.005 < moved.mean() < 0.3


def test_a_pattern_without_people_is_an_empty_wall() -> None:
    pattern = Synthetic(64, 48, 30, people=0)
    np.testing.assert_array_equal(pattern.draw(0.0), pattern.draw(3.0))
