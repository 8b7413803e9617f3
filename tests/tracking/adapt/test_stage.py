"""Adaptation within the stream: when it works, what it changes, and when it lets go."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from adapting_people import LONG_LEGS, factors, stream, swaps, tracked

from livemocap import wire
from livemocap.messages import ADAPTED, ControlRequest, PoseFrame, TrackFrame
from livemocap.rotation import Array
from livemocap.skeleton import SMPLX
from tracking.adapt.job import Job
from tracking.adapt.proportions import bones_at_rest
from tracking.commands import Everybody, answer
from tracking.config import TrackingConfig
from tracking.people import People
from tracking.tracker import Tracker

ON = TrackingConfig(adapt="on", adapt_steps=2)
FAR = factors(**LONG_LEGS)
AVERAGE = factors()
SHIN, FOREARM = SMPLX.index("left_ankle") - 1, SMPLX.index("left_wrist") - 1


def grown(frames: list[TrackFrame], bone: int = SHIN) -> float:
    """By how much a bone of the last frame is longer than in the first, as a logarithm."""
    first, last = (
        np.linalg.norm(bones_at_rest(f.rest_joints[0].astype(float))[bone])
        for f in (frames[0], frames[-1])
    )
    return float(np.log(last / first))


def plain(frames: list[TrackFrame]) -> list[list[bytes]]:
    return [[bytes(p) for p in wire.encode(replace(f, t_track_ns=0))] for f in frames]


def test_long_legs_and_short_arms_are_found() -> None:
    shown = tracked(Tracker(ON), stream(5, FAR))
    assert grown(shown) == pytest.approx(LONG_LEGS["legs"], abs=0.05)
    assert grown(shown, FOREARM) == pytest.approx(LONG_LEGS["arms"], abs=0.05)


def test_off_is_the_default_and_changes_nothing() -> None:
    frames = stream(3, FAR)
    shown = tracked(Tracker(TrackingConfig()), frames)
    assert grown(shown) == 0
    assert not any(one.swaps for one in shown)


def test_whoever_fits_is_left_alone() -> None:
    frames = stream(4, AVERAGE)
    on, off = tracked(Tracker(ON), frames), tracked(Tracker(TrackingConfig()), frames)
    assert not list(swaps(on))
    assert plain([replace(one, swaps={}) for one in on]) == plain(off)


def test_who_was_adapted_is_marked_from_the_swap_on() -> None:
    shown = tracked(Tracker(ON), stream(4, FAR))
    swapped = next(swaps(shown))[0]
    marks = [ADAPTED in one.provenance.get("1", b"") for one in shown]
    assert marks.index(True) == swapped


def test_proportions_are_locked_after_some_seconds_and_stay() -> None:
    tracker = Tracker(ON)
    shown = tracked(tracker, stream(7, FAR))
    assert list(swaps(shown))[-1][1][0] == 1.0
    assert tracker.adaptation["adapt_locked"] == 1
    locked = shown[-1].rest_joints
    after = tracked(tracker, stream(1, factors(legs=0.1), from_s=7))
    assert np.array_equal(after[-1].rest_joints, locked)


def test_a_user_has_somebody_measured_anew() -> None:
    tracker = Tracker(ON)
    tracked(tracker, stream(7, FAR))
    told = answer(
        Everybody([tracker.people]), ControlRequest(command="people.relock", arguments={"id": 1})
    )
    assert told.ok
    shown = tracked(tracker, stream(7, FAR, from_s=7))
    flags = [numbers[0] for _, numbers in swaps(shown)]
    assert flags[0] == 0.0
    assert flags[-1] == 1.0


def test_without_adaptation_nobody_can_be_measured() -> None:
    tracker = Tracker(TrackingConfig())
    tracked(tracker, stream(0.2, FAR))
    request = ControlRequest(command="people.relock", arguments={"id": 1})
    told = answer(Everybody([tracker.people]), request)
    assert not told.ok
    assert "--adapt on" in told.message


def test_what_wrong_evidence_brought_is_taken_back() -> None:
    tracker = Tracker(ON)
    misled = tracked(tracker, stream(4, FAR))  # the body is average, its evidence somebody else's
    assert grown(misled) > 0.1
    after = tracked(tracker, stream(4, AVERAGE, from_s=4))
    assert tracker.adaptation["adapt_taken_back"] == 1
    assert abs(grown([misled[0], after[-1]])) < 0.01


@pytest.mark.parametrize("what", ["cut", "lens", "engine"])
def test_another_picture_begins_anew(what: str) -> None:
    tracker = Tracker(ON)
    shown = tracked(tracker, stream(4, FAR))
    later = stream(0.5, FAR, from_s=4)
    changed = {
        "cut": {"cut": 1.0},
        "lens": {"K": later[0].K * np.array([[1.1, 1, 1], [1, 1.1, 1], [1, 1, 1]], np.float32)},
        "engine": {"engine": "other/1"},
    }
    later[0] = replace(later[0], **changed[what])  # type: ignore[arg-type]
    if what != "cut":
        later = [replace(one, **changed[what]) for one in later]  # type: ignore[arg-type]
    after = tracked(tracker, later)
    assert grown(shown) > 0.1
    assert abs(grown([shown[0], after[-1]])) < 0.01


def test_work_that_breaks_changes_nothing_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tracker, frames = Tracker(ON), stream(7, FAR)
    half = len(frames) // 2
    with monkeypatch.context() as broken:
        broken.setattr(Job, "_solve", lambda job: 1 / 0)
        before = tracked(tracker, frames[:half])
    assert not list(swaps(before))
    assert "adaptation failed" in caplog.text
    assert list(swaps(tracked(tracker, frames[half:])))


def test_somebody_lost_begins_anew() -> None:
    tracker = Tracker(ON)
    shown = tracked(tracker, stream(4, FAR))
    gone = [replace(f, scores=f.scores * 0) for f in stream(3, FAR, from_s=4)]
    tracked(tracker, gone)
    after = tracked(tracker, stream(0.5, FAR, from_s=7))
    assert abs(grown([shown[0], after[-1]])) < 0.01


def test_steps_give_the_same_take_twice() -> None:
    frames = stream(4, FAR)
    first, second = (plain(tracked(Tracker(ON), frames)) for _ in range(2))
    assert first == second


def test_a_given_height_is_kept() -> None:
    config = replace(ON, actor_height_m=1.8)
    shown = tracked(Tracker(config), stream(5, FAR))
    rest = shown[-1].rest_joints[0].astype(float)
    ankles = rest[SMPLX.indices("left_ankle", "right_ankle"), 1].mean()
    assert (rest[SMPLX.index("head"), 1] - ankles) / 0.87 == pytest.approx(1.8, abs=0.04)
    assert grown(shown) - grown(shown, FOREARM) > 0.15


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"engine": "aios/1"}, "same decoder"),
        ({"keypoint_layout": "smplx55"}, "its own joints"),
        ({"keypoints_px": np.zeros((1, 0, 3), np.float32)}, "sends no keypoints"),
    ],
)
def test_evidence_that_is_none_is_refused_once_and_said(
    changes: dict[str, Any], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    tracker = Tracker(ON)
    with caplog.at_level(logging.WARNING):
        shown = tracked(tracker, stream(3, FAR, **changes))
    assert [told in record.message for record in caplog.records] == [True]
    assert told in tracker.adaptation["adapt"]
    assert not list(swaps(shown))


def test_shoulders_that_are_always_turned_are_turned_back_until_nobody_sees_them() -> None:
    seen = with_turned_shoulders(stream(5, AVERAGE))
    tracker = Tracker(ON)
    shown = tracked(tracker, seen)
    before, after = turned_by(shown, seen)[:20].mean(), turned_by(shown, seen)[-20:].mean()
    assert abs(before) < 0.05
    assert after < -0.06  # of 0.3 that it is off; priors believe the engine as well
    blind = with_turned_shoulders(stream(20, AVERAGE, from_s=5)[::4])
    blind = [replace(one, keypoints_px=0 * one.keypoints_px) for one in blind]
    assert abs(turned_by(tracked(tracker, blind), blind)[-10:].mean()) < 0.25 * abs(after)


def with_turned_shoulders(frames: list[PoseFrame]) -> list[PoseFrame]:
    """As an engine has them whose shoulders are always off; the detector sees the true arms."""
    for one in frames:
        one.joint_rotvecs[:, SMPLX.index("left_shoulder"), 2] += 0.3
        one.joint_rotvecs[:, SMPLX.index("right_shoulder"), 2] -= 0.3
    return frames


def turned_by(shown: list[TrackFrame], seen: list[PoseFrame]) -> Array:
    """(F,) rad by which the left shoulder is shown otherwise than the engine had it."""
    shoulder = SMPLX.index("left_shoulder")
    pairs = zip(shown, seen, strict=True)
    return np.array([s.joint_rotvecs[0, shoulder, 2] - e.joint_rotvecs[0, shoulder, 2]
                     for s, e in pairs])  # fmt: skip


def test_an_image_that_fails_takes_no_other_s_swap_away() -> None:
    """A stage behind adaptation fails once: what it held is lost, and all else is as it was."""
    first = next(swaps(tracked(Tracker(ON), stream(4, FAR))))[0]
    tracker, made, shown = Tracker(replace(ON, mode="broadcast")), [], []
    works = tracker._after[-1].push

    def fails_once(people: People) -> list[TrackFrame]:
        if people.frame.sequence == first - 1:
            raise ArithmeticError
        return list(works(people))

    tracker._after[-1].push = fails_once  # type: ignore[method-assign]
    for one in stream(4, FAR):
        with contextlib.suppress(ArithmeticError):
            shown += tracker.push(one)
        made += [one.sequence] * bool(tracker._adaptation.swapped)  # type: ignore[union-attr]
        tracker.learn()
    shown += tracker.flush()
    assert len(shown) == 79
    assert [one.sequence for one in shown if one.swaps] == made
