"""One-Euro filters on made-up people: calm at rest, little delay in motion, by the clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion import smooth_motion

from livemocap.rotation import Array, geodesic, matrix_from_quat, multiply, quat_from_rotvec
from retarget.motion import PersonMotion, sample
from retarget.one_euro import Filtered, OneEuro, filter_motion, filter_poses

BY = OneEuro(cutoff_hz=1.0, speed_coefficient=0.5)


def live(motion: PersonMotion, by: OneEuro = BY) -> PersonMotion:
    """Frame by frame, as a stream would have it."""
    now: list[Filtered | None] = [None]
    found = []
    for t_s, local, pelvis in zip(motion.times_s, motion.local_wxyz, motion.pelvis, strict=True):
        now = [*filter_poses(now, [by], np.array([t_s]), local[None], pelvis[None])]
        found.append(now[0])
    people = [each for each in found if each is not None]
    return replace(
        motion,
        local_wxyz=np.array([each.local_wxyz for each in people]),
        pelvis=np.array([each.pelvis for each in people]),
    )


def whole(motion: PersonMotion, by: OneEuro = BY) -> PersonMotion:
    *_, (done, found) = filter_motion(motion, by)
    assert done == 1.0
    assert found is not None
    return found


def still(frames: int) -> PersonMotion:
    motion = smooth_motion(frames)
    local = np.repeat(motion.local_wxyz[:1], frames, 0)
    return replace(motion, local_wxyz=local, pelvis=np.repeat(motion.pelvis[:1], frames, 0))


def trembling(motion: PersonMotion, rad: float = 0.03) -> PersonMotion:
    rng = np.random.default_rng(7)
    shakes = quat_from_rotvec(rng.normal(0, rad, (*motion.local_wxyz.shape[:2], 3)))
    pelvis = motion.pelvis + rng.normal(0, 0.01, motion.pelvis.shape)
    return replace(motion, local_wxyz=multiply(motion.local_wxyz, shakes), pelvis=pelvis)


def off_rad(a: PersonMotion, b: PersonMotion) -> Array:
    """(T, 55)."""
    return geodesic(matrix_from_quat(a.local_wxyz), matrix_from_quat(b.local_wxyz))


@pytest.mark.parametrize("way", [live, whole])
def test_trembling_at_rest_goes(way: object) -> None:
    assert callable(way)
    calm = still(200)
    shaken = trembling(calm)
    after = way(shaken)
    assert off_rad(after, calm)[60:].mean() < 0.35 * off_rad(shaken, calm)[60:].mean()
    away = [np.abs(each.pelvis - calm.pelvis)[60:].mean() for each in (after, shaken)]
    assert away[0] < 0.45 * away[1]


def test_a_wide_band_changes_nothing_to_speak_of() -> None:
    motion = smooth_motion(60)
    after = live(motion, OneEuro(cutoff_hz=3000.0, speed_coefficient=0.0))
    assert off_rad(after, motion).max() < 0.01
    assert np.abs(after.pelvis - motion.pelvis).max() < 0.001


def test_a_higher_speed_coefficient_lags_less() -> None:
    motion = smooth_motion(90)
    lags = [
        off_rad(live(motion, OneEuro(cutoff_hz=1.0, speed_coefficient=k)), motion).mean()
        for k in (0.0, 0.5, 3.0)
    ]
    assert lags[0] > 1.5 * lags[1] > 2 * lags[2]


def test_a_whole_motion_has_less_delay_than_a_stream() -> None:
    motion = smooth_motion(120)
    assert off_rad(whole(motion), motion).mean() < 0.5 * off_rad(live(motion), motion).mean()


def test_a_whole_motion_is_the_same_backwards() -> None:
    motion = trembling(smooth_motion(50))
    backwards = replace(motion, local_wxyz=motion.local_wxyz[::-1], pelvis=motion.pelvis[::-1])
    found = whole(backwards)
    expected = whole(motion)
    np.testing.assert_allclose(found.pelvis[::-1], expected.pelvis, atol=1e-9)
    np.testing.assert_allclose(
        np.abs((found.local_wxyz[::-1] * expected.local_wxyz).sum(-1)), 1.0, atol=1e-9
    )


def test_time_counts_and_not_the_number_of_frames() -> None:
    motion = smooth_motion(241, fps=120.0)
    slow = sample(motion, motion.times_s[::4])
    often, seldom = live(motion), live(slow)
    lag = off_rad(seldom, slow)[10:].mean()
    as_often = replace(often, local_wxyz=often.local_wxyz[::4])
    assert off_rad(as_often, seldom)[10:].mean() < 0.6 * lag  # by frames: three times the lag
    assert lag > 0.05, "it is filtered at all"


def test_people_step_together_as_they_would_alone() -> None:
    motions = [trembling(smooth_motion(40, seed=seed)) for seed in (1, 2, 3)]
    filters = [BY, OneEuro(cutoff_hz=5.0, speed_coefficient=0.0), BY]
    now: list[Filtered | None] = [None] * 3
    for frame in range(40):
        t_s = np.array([motion.times_s[frame] for motion in motions])
        local = np.array([motion.local_wxyz[frame] for motion in motions])
        now = [
            *filter_poses(now, filters, t_s, local, np.array([m.pelvis[frame] for m in motions]))
        ]
    for motion, by, person in zip(motions, filters, now, strict=True):
        assert person is not None
        np.testing.assert_allclose(person.local_wxyz, live(motion, by).local_wxyz[-1], atol=1e-12)


def test_the_same_time_again_changes_nothing_and_time_that_runs_back_begins_anew() -> None:
    motion = smooth_motion(30)
    now: list[Filtered | None] = [None]

    def step(t_s: float, frame: int) -> Filtered:
        nonlocal now
        at = motion.local_wxyz[frame][None], motion.pelvis[frame][None]
        now = [*filter_poses(now, [BY], np.array([t_s]), *at)]
        assert now[0] is not None
        return now[0]

    step(10.0, 0)
    before = step(10.1, 5)
    assert step(10.1, 25) is before
    assert (step(4.0, 20).pelvis == motion.pelvis[20]).all()
    step(4.1, 21)
    assert (step(9.0, 29).pelvis == motion.pelvis[29]).all(), "so does a long silence"
