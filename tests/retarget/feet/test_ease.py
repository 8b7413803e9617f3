"""Curves over a take."""

from __future__ import annotations

import numpy as np

from retarget.feet.ease import bridge, envelope, smoothed

TIMES_S = np.arange(200) / 100


def _known(*stretches: tuple[int, int]) -> np.ndarray:
    known = np.zeros(len(TIMES_S), bool)
    for first, end in stretches:
        known[first:end] = True
    return known


def test_what_is_known_stays_and_the_rest_fades() -> None:
    values = np.stack([1 + 0.3 * TIMES_S, -TIMES_S], 1)
    known = _known((50, 80))
    curve = bridge(values, known, TIMES_S, 0.25)
    np.testing.assert_array_equal(curve[known], values[known])
    assert not curve[:24].any()
    assert not curve[106:].any()


def test_curves_have_neither_steps_nor_corners() -> None:
    values = np.sin(3 * TIMES_S)[:, None]
    for known in (_known((50, 80), (95, 130)), _known((0, 30), (120, 200))):
        curve = bridge(values, known, TIMES_S, 0.25)[:, 0]
        assert np.abs(np.diff(curve)).max() < 0.09
        assert np.abs(np.diff(curve, 2)).max() < 0.02


def test_nothing_known_is_zero() -> None:
    assert not bridge(np.ones((200, 2)), _known(), TIMES_S, 0.25).any()


def test_a_single_known_instant_is_met() -> None:
    curve = bridge(np.ones((200, 1)), _known((100, 101)), TIMES_S, 0.25)
    assert curve[100, 0] == 1
    assert curve.argmax() == 100


def test_an_envelope_is_smooth_and_never_below() -> None:
    values = np.zeros(200)
    values[90:110] = 0.05
    over = envelope(values, 4.0)
    assert (over >= values - 1e-12).all()
    assert np.abs(np.diff(over, 2)).max() < 0.001
    assert over[60] < 1e-3


def test_smoothing_keeps_a_constant() -> None:
    np.testing.assert_allclose(smoothed(np.full(50, 0.3), 7.0), 0.3)
    np.testing.assert_allclose(smoothed(np.full(2, 0.3), 50.0), 0.3)
