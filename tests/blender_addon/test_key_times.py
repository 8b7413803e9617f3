"""When keys stand, whatever rate, part and step of a take is wanted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from motion import smooth_motion

from blender_addon.takes.key_times import KeyRate, KeyTimes, Window, exact_rate
from blender_addon.takes.sparse_curves import sparse
from livemocap.rotation import quat_from_rotvec
from retarget.fewer_keys import turned_apart_deg

MOTION = replace(smooth_motion(61), start_s=0.5)
"""Two seconds of thirty frames each, seen from half a second on."""


def test_every_frame_of_the_scene_has_a_key() -> None:
    frames, times_s = KeyTimes(frame_start=11, fps=Fraction(24)).keys(MOTION)
    assert frames.tolist() == list(range(23, 72))
    np.testing.assert_allclose(times_s, (frames - 11) / 24 - 0.5)


def test_what_is_left_after_trimming_begins_on_the_first_frame() -> None:
    times = KeyTimes(frame_start=1, fps=Fraction(24), window=Window(start_s=1.01, end_s=2.0))
    frames, times_s = times.keys(MOTION)
    assert frames.tolist() == list(range(1, 25))
    np.testing.assert_allclose(times_s + 0.5, 1.01 + np.arange(24) / 24)


@pytest.mark.parametrize("start_s", [0.0, 1.01])
def test_keys_as_recorded_stay_on_the_takes_own_instants(start_s: float) -> None:
    window = Window(start_s=start_s)
    times = KeyTimes(frame_start=1, fps=Fraction(24), rate=KeyRate.TAKE, window=window)
    frames, times_s = times.keys(MOTION)
    ticks = (times_s + MOTION.start_s) * 30
    np.testing.assert_allclose(ticks, np.round(ticks), atol=1e-6)
    np.testing.assert_allclose(frames - 1, (times_s + MOTION.start_s - start_s) * 24, atol=1e-9)
    assert times_s[0] + MOTION.start_s >= start_s - 1e-3


def test_any_rate_can_be_had_and_every_nth_key_of_it_with_the_last() -> None:
    dense = KeyTimes(frame_start=1, fps=Fraction(25), rate=KeyRate.CUSTOM, custom=Fraction(50))
    frames, times_s = dense.keys(MOTION)
    np.testing.assert_allclose(np.diff(times_s), 0.02)
    np.testing.assert_allclose(np.diff(frames), 0.5)
    few, few_s = replace(dense, every=7).keys(MOTION)
    assert few.tolist() == [*frames[::7].tolist(), *([frames[-1]] if (len(frames) - 1) % 7 else [])]
    assert few_s[-1] == times_s[-1]


@pytest.mark.parametrize(
    ("fps", "base", "exact"),
    [
        (24, np.float32(1.001), Fraction(24000, 1001)),
        (30, np.float32(1.001), Fraction(30000, 1001)),
        (24000, 1001.0, Fraction(24000, 1001)),
        (25, 1.0, Fraction(25)),
        (12, 0.5, Fraction(24)),
    ],
)
def test_the_rate_of_a_scene_is_what_its_numbers_mean(
    fps: int, base: float, exact: Fraction
) -> None:
    assert exact_rate(fps, float(base)) == exact


def test_places_and_turns_are_each_kept_in_their_own_measure() -> None:
    frames, swing = np.arange(200.0), np.sin(np.arange(200) / 9)
    turns = quat_from_rotvec(swing[:, None] * np.array([0.5, 0, 0]))
    path = 'pose.bones["a"].rotation_quaternion'
    rows = sparse(frames, path, turns.astype(np.float32), 1.0)
    between = np.stack([np.interp(frames, frames[rows], c) for c in turns[rows].T], -1)
    assert len(rows) < 100
    assert turned_apart_deg(between, turns).max() <= 1.0 + 1e-3
    rows = sparse(frames, 'pose.bones["a"].location', swing[:, None] * np.ones(3), 1.0)
    between = np.interp(frames, frames[rows], swing[rows])
    assert np.sqrt(3) * np.abs(between - swing).max() <= 0.001
