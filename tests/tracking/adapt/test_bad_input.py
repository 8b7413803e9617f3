"""Whatever comes passes through, and nothing grows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from adapting_people import LONG_LEGS, factors, frame, stream, swaps, tracked

from livemocap.messages import PoseFrame
from tracking.adapt.job import Job, Outcome
from tracking.adapt.keyframes import HELD_OUT, KEPT, Keyframe, Look, Ring
from tracking.adapt.solving import Solving
from tracking.adapt.worker import InSteps
from tracking.config import TrackingConfig
from tracking.tracker import Tracker

ON = TrackingConfig(adapt="on", adapt_steps=2)
FAR = factors(**LONG_LEGS)


class Crowded(InSteps):
    """Takes on three jobs at a time, and finds nothing in a second."""

    def __init__(self) -> None:
        super().__init__(0)
        self._doing: list[tuple[int, Job]] = []

    def submit(self, job: Job) -> bool:
        if len(self._doing) == 3:
            return False
        self._doing.append((10, job))
        return True

    def finished(self) -> list[Outcome]:
        self._doing = [(left - 1, job) for left, job in self._doing]
        done = [job.task for left, job in self._doing if not left]
        self._doing = [one for one in self._doing if one[0]]
        return [Outcome(t.key, t.generation, t.now, t.anchor, "kept") for t in done]


def with_points(one: PoseFrame, change: str) -> PoseFrame:
    points = one.keypoints_px.copy()
    if change == "nan":
        points[:, ::2] = np.nan
    elif change == "infinite":
        points[..., 0] = np.inf
    elif change == "three":
        points[:, :-3, 2] = 0
    elif change == "nobody":
        points[..., 2] = 0
    elif change == "negative":
        points[..., 2] = -1
    elif change == "far":
        points[..., :2] = 1e30
    return replace(one, keypoints_px=points)


@pytest.mark.parametrize("change", ["nan", "infinite", "three", "nobody", "negative", "far"])
def test_points_that_tell_nothing_change_nothing(change: str) -> None:
    frames = [with_points(one, change) for one in stream(3, FAR)]
    shown = tracked(Tracker(ON), frames)
    assert len(shown) == len(frames)
    assert not list(swaps(shown))
    assert all(np.isfinite(one.joints).all() for one in shown)


def test_some_bad_images_do_no_harm() -> None:
    frames = stream(5, FAR)
    frames[::7] = [with_points(one, "nan") for one in frames[::7]]
    frames[3::11] = [with_points(one, "far") for one in frames[3::11]]
    numbers = list(swaps(tracked(Tracker(ON), frames)))[-1][1]
    assert numbers[2] == pytest.approx(LONG_LEGS["legs"], abs=0.05)


def test_people_of_one_image_pass() -> None:
    empty = [replace(one, scores=one.scores * 0) for one in stream(2, FAR)]
    for k in range(0, len(empty), 15):
        empty[k] = frame(k, FAR)
    assert len(tracked(Tracker(ON), empty)) == len(empty)


def test_time_that_jumps_back_passes_and_nothing_is_held() -> None:
    frames = stream(3, FAR)
    jumping = [*frames, *frames, frames[-1], frames[-1], *frames[::-1]]
    assert len(tracked(Tracker(ON), jumping)) == len(jumping)


def test_an_image_that_comes_twice_is_swapped_at_once_only() -> None:
    frames = [one for one in stream(4, FAR) for _ in range(2)]
    shown = tracked(Tracker(ON), frames)
    swapped = [sequence for sequence, _ in swaps(shown)]
    assert swapped
    assert len(swapped) == len(set(swapped))


def test_nobody_waits_for_ever_while_others_never_fit() -> None:
    """More people than jobs are taken on at a time, none of whom any body explains."""
    solving, keys = Solving(Crowded(), height_held=False), range(20)
    rng = np.random.default_rng(0)
    for k in range(200):
        looked = []
        for key in keys:
            rotations = np.repeat(np.eye(3)[None], 22, 0)
            seen = Look(0.1 * k, rotations, np.array([0, 0, 4.0]), rng.random((12, 2)), np.ones(12))
            person = solving._person(key)
            person.look(seen, 9.0, np.ones((21, 3)))
            looked.append((person, np.ones((55, 3))))
        solving._work(looked, 0.1 * k, {})
        for outcome in solving._worker.finished():
            solving._people[outcome.key].take(outcome)
    served = [person.served_s for person in solving._people.values()]
    assert min(served) > 10


def test_nothing_grows_with_time() -> None:
    rng, ring = np.random.default_rng(0), Ring()
    for _ in range(500):
        rotations = np.linalg.qr(rng.standard_normal((22, 3, 3)))[0]
        look = Look(0.0, rotations, np.ones(3), np.zeros((12, 2)), np.ones(12))
        ring.add(Keyframe.of(look, look, rng.standard_normal((21, 3))))
    assert (len(ring.kept), len(ring.held_out)) == (KEPT, HELD_OUT)
