"""Wires, and how errors are told from motion."""

from __future__ import annotations

import numpy as np
import pytest

from livemocap.rotation import Array
from tracking.smoothing.errors import MEMORY_S, between, wandered
from tracking.smoothing.stiff import Wires, passed, usual_step

STEP_S = 1 / 30


def walk(seconds: float, rad: float, step_s: float = STEP_S, seed: int = 0) -> Array:
    """(T, 3) errors of `rad` rms in all, a random walk that is drawn back."""
    rng, kept = np.random.default_rng(seed), np.exp(-step_s / MEMORY_S)
    found = [rng.normal(size=3)]
    for kick in rng.normal(size=(round(seconds / step_s), 3)):
        found.append(kept * found[-1] + np.sqrt(1 - kept**2) * kick)
    return np.array(found) * rad / np.sqrt(3)


def times(value: Array, step_s: float = STEP_S) -> Array:
    return np.arange(len(value)) * step_s


def test_a_wire_solves_its_normal_equations() -> None:
    rng = np.random.default_rng(0)
    t_s = np.cumsum(rng.uniform(0.01, 0.08, 12))
    value, weight = rng.normal(size=(12, 2)), rng.uniform(0.1, 1, 12)
    step_s = np.diff(t_s)
    around_s = (step_s[1:] + step_s[:-1]) / 2
    speed = np.diff(np.eye(12), axis=0) / step_s[:, None]
    bend = np.diff(speed, axis=0) / around_s[:, None]
    spoken = np.diag(weight * np.r_[step_s[0], around_s, step_s[-1]])
    matrix = spoken + 0.2**2 * speed.T @ (step_s[:, None] * speed)
    matrix += (0.2 * 0.05) ** 2 * bend.T @ (around_s[:, None] * bend)
    np.testing.assert_allclose(
        Wires(t_s).drawn(value, weight, 0.2, 0.05), np.linalg.solve(matrix, spoken @ value)
    )


def test_a_wave_is_left_as_much_of_as_is_said() -> None:
    t_s = np.arange(900) * STEP_S
    wave = np.sin(2 * np.pi * 1.5 * t_s)[:, None]
    found = Wires(t_s).drawn(wave, np.ones(900), 0.13, 0.05)
    left = float(passed(np.array(2 * np.pi * 1.5 * STEP_S), STEP_S, 0.13, 0.05))
    np.testing.assert_allclose(found[200:700], left * wave[200:700], atol=1e-3)


@pytest.mark.parametrize("step_s", [1 / 60, 1 / 30, 1 / 20])
def test_errors_alone_are_found_at_any_rate(step_s: float) -> None:
    found = [
        wandered(times(errors, step_s), errors)
        for errors in (walk(20, 0.1, step_s, seed) for seed in range(8))
    ]
    assert 0.7 < np.mean(found) / 0.1**2 < 1.3


def test_neither_a_lasting_shake_nor_a_few_strikes_are_errors() -> None:
    errors = walk(20, 0.05)
    t_s = times(errors)
    shake = 0.3 * np.sin(2 * np.pi * 6 * t_s)[:, None]
    strikes = 0.8 * ((t_s % 5) > 2.5)[:, None]
    for motion in (shake, strikes):
        assert wandered(t_s, errors + motion) < 2 * 0.05**2


def test_images_that_came_several_times_change_no_rate() -> None:
    t_s = np.arange(20) / 30
    assert usual_step(np.repeat(t_s, 3)) == pytest.approx(1 / 30)
    assert usual_step(np.zeros(5)) > 0


def test_of_a_moment_nothing_is_told() -> None:
    errors = walk(0.8, 0.1)
    assert wandered(times(errors), errors) == 0


def test_what_errors_make_between_two_wires_is_as_is_said() -> None:
    errors = walk(300, 0.1)
    wires, weight = Wires(times(errors)), np.ones(len(errors))
    soft, stiff = (wires.drawn(errors, weight, hold_s, 0.05) for hold_s in (0.03, 0.3))
    measured = float(((soft - stiff) ** 2).sum(1).mean())
    assert abs(measured / (between(STEP_S, (0.03, 0.3), 0.05)[0] * 0.1**2) - 1) < 0.15
