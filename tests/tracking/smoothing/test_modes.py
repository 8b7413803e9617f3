"""What each mode of smoothing poses promises."""

from __future__ import annotations

import numpy as np
import pytest
from posing_people import MakeStage, angles_rad, played, posing, stream, turned
from stage_response import step_response, swing_response

from livemocap.rotation import Array
from tracking.smoothing.bake import BakePose
from tracking.smoothing.broadcast import BroadcastPose
from tracking.smoothing.live import LivePose
from tracking.smoothing.settings import PoseSmoothing

FPS = 30.0


def errors(seconds: float, rad: float = 0.1, memory_s: float = 0.45) -> Array:
    """(T, 1) rad as an estimator makes them: a random walk that is drawn back."""
    rng, kept = np.random.default_rng(0), np.exp(-1 / FPS / memory_s)
    found = [0.0]
    for step in rng.normal(size=round(seconds * FPS)):
        found.append(kept * found[-1] + np.sqrt(1 - kept**2) * rad * step)
    return np.array(found)[:, None]


def restless(make: MakeStage, wander: Array) -> float:
    """Rms rad about a mean of 1 s."""
    angle = angles_rad(played(make, stream(turned(wander), np.arange(len(wander)) / FPS)))[:, 0]
    mean = np.convolve(angle, np.full(30, 1 / 30), "same")
    return float(np.sqrt(((angle - mean)[30:-30] ** 2).mean()))


def test_live_answers_at_once_and_is_late_by_no_more_than_stated() -> None:
    stage = LivePose()
    assert len(stage.push(posing(turned(np.zeros(1)), 0.0))) == 1
    assert (stage.look_ahead_s, list(stage.flush())) == (0, [])
    gain, lag_s = swing_response(LivePose, np.array([0.5, 1.0, 2.0]), np.radians(30), FPS)
    assert lag_s.max() < 0.035
    assert np.abs(gain - 1).max() < 0.12


@pytest.mark.parametrize("make", [BroadcastPose, BakePose])
def test_with_look_ahead_there_is_no_lag(make: MakeStage) -> None:
    gain, lag_s = swing_response(make, np.array([0.5, 1.0, 2.0]), np.radians(30), FPS)
    assert np.abs(lag_s).max() < 0.002
    assert gain.min() > 0.75


def test_a_strike_is_followed_at_once() -> None:
    t_s, taken = step_response(LivePose, 1.0, FPS)
    assert taken[np.argmin(np.abs(t_s - 0.1))] > 0.9
    assert taken.max() < 1.1


@pytest.mark.parametrize("look_ahead_s", [0.0, 0.05, 0.12, 0.3])
def test_broadcast_waits_no_longer_than_it_says(look_ahead_s: float) -> None:
    t_s = np.cumsum(np.random.default_rng(0).uniform(0.008, 0.1, 50))
    stage = BroadcastPose(look_ahead_s)
    for people in stream(turned(np.zeros((50, 1))), t_s):
        for result in stage.push(people):
            assert result.t_s <= people.t_s - look_ahead_s + 0.0011
        held = [p.t_s for p, _ in stage._history.waiting]
        assert all(t > people.t_s - look_ahead_s for t in held)


def test_broadcast_bridges_a_gap_that_ends_within_its_look_ahead() -> None:
    t_s = np.arange(40) / FPS
    unseen = ((np.arange(40) >= 20) & (np.arange(40) < 23))[:, None]
    angle = angles_rad(played(BroadcastPose, stream(turned(2 * t_s[:, None]), t_s, unseen)))
    assert np.abs(angle[5:-5, 0] - 2 * t_s[5:-5]).max() < 0.04


def test_bake_answers_only_at_the_end() -> None:
    images = stream(turned(np.zeros((5, 1))), np.arange(5) / FPS)
    stage = BakePose()
    assert [result for people in images for result in stage.push(people)] == []
    assert len(stage.flush()) == 5
    assert list(stage.flush()) == []


def test_each_mode_calms_a_resting_joint_and_bake_makes_it_stand() -> None:
    wander = errors(20, rad=0.09)
    raw = restless(lambda: LivePose(PoseSmoothing(rest_hz=1e6)), wander)
    live, broadcast, bake = (restless(make, wander) for make in (LivePose, BroadcastPose, BakePose))
    assert raw > live > broadcast > 3 * bake
    assert bake < np.radians(0.5)


def test_bake_keeps_motion_next_to_rest() -> None:
    t_s = np.arange(600) / FPS
    swing = 0.7 * np.sin(9 * t_s) * (t_s > 12)
    angle = angles_rad(played(BakePose, stream(turned(swing[:, None] + errors(20)[:600]), t_s)))
    moving = slice(400, 580)
    assert np.std(angle[moving, 0]) > 0.85 * np.std(swing[moving])


def test_bake_does_not_take_a_small_fast_swing_for_errors() -> None:
    gain, _ = swing_response(BakePose, np.array([4.0]), np.radians(10), FPS)
    assert gain[0] > 0.35


def test_a_long_take_is_baked_without_seams() -> None:
    t_s = np.arange(700) / FPS
    swing = 0.6 * np.sin(4 * t_s)[:, None]
    whole = angles_rad(played(BakePose, stream(turned(swing), t_s)))[:, 0]
    assert np.abs(np.diff(whole, 2)).max() < 1.2 * np.abs(np.diff(swing[:, 0], 2)).max()


@pytest.mark.parametrize(
    "change",
    [
        {"rest_hz": 0.0},
        {"hidden_share": 0.0},
        {"width_s": 0.01},
        {"strike_rad": (0.2, 0.1)},
        {"cut_off_rad": (0.2, 0.1)},
        {"holds_s": (0.1, 0.1)},
    ],
)
def test_settings_that_make_no_sense_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        PoseSmoothing(**change)  # pyright: ignore[reportArgumentType]


def test_a_look_ahead_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="look_ahead_s is -1"):
        BroadcastPose(-1)
