"""The spring that lets feet go."""

from __future__ import annotations

import numpy as np
import pytest

from retarget.feet.spring import Spring


def test_one_long_step_is_many_short_ones() -> None:
    once, often = (Spring(np.array([0.03]), np.array([-0.4])) for _ in range(2))
    once.step(0.1, np.array([0.06]))
    for _ in range(100):
        often.step(0.001, np.array([0.06]))
    np.testing.assert_allclose(often.value, once.value, rtol=1e-9)
    np.testing.assert_allclose(often.speed, once.speed, rtol=1e-9)


def test_it_goes_on_as_it_moved() -> None:
    spring = Spring(np.array([0.0]), np.array([0.5]))
    spring.step(1e-5, np.array([0.06]))
    assert spring.value[0] == pytest.approx(0.5e-5, rel=1e-3)


def test_a_value_at_rest_returns_without_overshoot() -> None:
    spring = Spring(np.array([1.0]), np.zeros(1))
    values = []
    for _ in range(100):
        spring.step(0.02, np.array([0.1]))
        values.append(spring.value[0])
    assert (np.diff(values) < 0).all()
    assert 0 < values[-1] < 1e-6


def test_only_what_is_let_go_starts_anew() -> None:
    spring = Spring.at_rest((2, 3))
    spring.let_go(np.array([[True], [False]]), np.ones((2, 3)), np.ones((2, 3)))
    assert spring.value.tolist() == spring.speed.tolist() == [[1, 1, 1], [0, 0, 0]]
