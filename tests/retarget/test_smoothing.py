"""Smoothing a whole motion: shakes go, nothing comes late, rests and constant speed stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import smooth_motion

from livemocap.rotation import matrix_from_quat, multiply, quat_from_rotvec
from retarget.motion import PersonMotion
from retarget.smoothing import smoothed


def _shaken(motion: PersonMotion, deg: float) -> PersonMotion:
    noise = np.random.default_rng(3).normal(size=(motion.frames, 55, 3))
    turned = multiply(motion.local_wxyz, quat_from_rotvec(np.radians(deg) * noise))
    return replace(motion, local_wxyz=turned, pelvis=motion.pelvis + 0.01 * noise[:, 0])


def _off_deg(a: PersonMotion, b: PersonMotion) -> float:
    away = matrix_from_quat(a.local_wxyz) - matrix_from_quat(b.local_wxyz)
    return float(np.degrees(np.sqrt((away**2).sum((-2, -1)).mean() / 2)))


def test_shakes_become_small() -> None:
    still = smooth_motion(200)
    slow = replace(still, local_wxyz=np.repeat(still.local_wxyz[:1], 200, 0))
    shaken = _shaken(slow, 3.0)
    assert _off_deg(smoothed(shaken, 0.3), slow) < 0.5 * _off_deg(shaken, slow)


def test_a_symmetric_peak_stays_when_it_was() -> None:
    motion = smooth_motion(101)
    bump = np.exp(-0.5 * ((np.arange(101) - 50) / 6.0) ** 2)
    motion = replace(motion, pelvis=np.stack([bump, 0 * bump, 0 * bump], -1))
    found = smoothed(motion, 0.2).pelvis[:, 0]
    assert np.argmax(found) == 50
    np.testing.assert_allclose(found, found[::-1], atol=1e-12)


def test_the_bell_is_as_wide_as_it_is_asked_for_at_any_rate() -> None:
    motion = smooth_motion(3001)
    tick = (np.arange(3001) == 1500)[:, None] * [1.0, 0.0, 0.0]
    motion = replace(motion, times_s=np.arange(3001) / 60.0, pelvis=tick)
    found = smoothed(motion, 10.0).pelvis[:, 0]
    assert np.count_nonzero(found > found.max() / 2) / 60.0 == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize("seconds", [0.05, 0.5, 20.0])
def test_constant_speed_is_kept_up_to_the_ends(seconds: float) -> None:
    motion = smooth_motion(60)
    line = np.arange(60)[:, None] * [0.01, 0.0, -0.02]
    found = smoothed(replace(motion, pelvis=line), seconds)
    np.testing.assert_allclose(found.pelvis, line, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(found.local_wxyz, axis=-1), 1, atol=1e-9)


def test_nothing_is_mixed_across_a_long_hole() -> None:
    motion = smooth_motion(80)
    late = motion.times_s + (np.arange(80) >= 40) * 5.0
    apart = replace(motion, times_s=late, pelvis=(np.arange(80) >= 40)[:, None] * [1.0, 0, 0])
    assert set(np.round(smoothed(apart, 0.2).pelvis[:, 0], 9)) == {0.0, 1.0}


def test_zero_changes_nothing() -> None:
    motion = smooth_motion(20)
    assert smoothed(motion, 0.0) is motion
