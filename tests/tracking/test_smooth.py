"""The laws of smoothing."""

from __future__ import annotations

import numpy as np
import pytest

from livemocap.rotation import geodesic, matrix_from_quat, quat_from_rotvec
from tracking.motion import place_of
from tracking.smooth import OneEuro, RootOneEuro, RotationOneEuro

STILL = np.array([0.3, -0.2, 1.0])
ALL = np.ones(1)


def angles(seen: np.ndarray, fps: float, cutoff_hz: float = 2.0, slope: float = 1.5) -> np.ndarray:
    """(T,) rad about z in, (T,) rad out."""
    smooth = RotationOneEuro(cutoff_hz, slope)
    axis = np.zeros((len(seen), 1, 3))
    axis[:, 0, 2] = seen
    out = [smooth.step(q, 1 / fps, ALL) for q in quat_from_rotvec(axis)]
    return np.unwrap([2 * np.arctan2(q[0, 3], q[0, 0]) for q in out], period=2 * np.pi)


def test_a_still_vector_stays_as_it_is() -> None:
    smooth = OneEuro(2.0, 1.5)
    for _ in range(50):
        np.testing.assert_array_equal(smooth.step(STILL, 1 / 30), STILL)


def test_a_still_rotation_stays_as_it_is() -> None:
    smooth = RotationOneEuro(2.0, 1.5)
    still = quat_from_rotvec(np.random.default_rng(0).uniform(-3, 3, (55, 3)))
    for _ in range(50):
        smooth.step(still, 1 / 30, np.ones(55))
    assert geodesic(matrix_from_quat(smooth.value_wxyz), matrix_from_quat(still)).max() < 1e-7


def test_noise_on_a_resting_joint_is_damped() -> None:
    noise = 0.02 * np.random.default_rng(0).standard_normal(600)
    assert angles(noise, 30.0)[60:].std() < 0.5 * noise.std()


@pytest.mark.parametrize("speed_rad_s", [0.5, 3.0, 12.0])
@pytest.mark.parametrize("fps", [24.0, 60.0])
def test_a_steady_turn_lags_by_no_more_than_its_band_allows(speed_rad_s: float, fps: float) -> None:
    seen = speed_rad_s * np.arange(round(3 * fps)) / fps
    lag_s = (seen - angles(seen, fps))[-1] / speed_rad_s
    assert 0 <= lag_s <= 1.001 / (2 * np.pi * (2.0 + 1.5 * speed_rad_s))


def test_a_turn_through_half_a_circle_goes_on() -> None:
    seen = np.linspace(0, 6 * np.pi, 200)
    assert np.abs(seen - angles(seen, 30.0)).max() < 1.0


def test_time_in_other_steps_gives_nearly_the_same_motion() -> None:
    seconds = np.arange(0, 3, 1 / 240)
    motion = 0.8 * np.sin(2 * np.pi * 0.7 * seconds)
    slow, fast = angles(motion[::8], 30.0), angles(motion, 240.0)[::8]
    assert np.abs(slow - fast).max() < 0.08


def test_a_joint_nobody_sees_moves_less() -> None:
    smooth = RotationOneEuro(2.0, 0.0)
    rest, turned = quat_from_rotvec(np.zeros((2, 3))), quat_from_rotvec(np.full((2, 3), 0.2))
    smooth.step(rest, 1 / 30, np.ones(2))
    moved = smooth.step(turned, 1 / 30, np.array([1.0, 0.3]))
    assert moved[1, 0] > moved[0, 0]


def test_an_unseen_joint_comes_to_rest_and_does_not_stop_dead() -> None:
    smooth = RotationOneEuro(2.0, 1.5)
    axis = np.zeros((30, 1, 3))
    axis[:, 0, 2] = 2.0 * np.arange(30) / 30
    for q in quat_from_rotvec(axis):
        smooth.step(q, 1 / 30, ALL)
    seen = []
    for _ in range(60):
        seen.append(2 * np.arctan2(smooth.value_wxyz[0, 3], smooth.value_wxyz[0, 0]))
        smooth.coast(1 / 30)
    steps = np.diff(seen)
    assert steps[0] > 0.02
    assert (np.diff(steps) <= 1e-9).all()
    assert steps[-1] < 1e-4


def test_depth_noise_is_damped_more_than_noise_across_the_view() -> None:
    rng = np.random.default_rng(2)
    smooth = RootOneEuro((2.0, 1.5), (0.6, 0.4))
    seen = np.array([0.1, 0.0, np.log(4.0)]) + 0.01 * rng.standard_normal((300, 3))
    out = []
    for place in seen.tolist():
        smooth.step(place, 1 / 30)
        out.append(smooth.place)
    spread = np.std(out[60:], 0)
    assert spread[2] < 0.6 * spread[0] < 0.6 * 0.01


def test_noise_in_depth_does_not_leak_into_the_image() -> None:
    smooth = RootOneEuro((2.0, 1.5), (0.6, 0.4))
    for k in range(100):
        z = 4.0 * (1 + 0.05 * np.sin(k))
        smooth.step(place_of(np.array([0.2 * z, -0.1 * z, z])).tolist(), 1 / 30)
        np.testing.assert_allclose(smooth.place[:2], [0.2, -0.1], atol=1e-12)
