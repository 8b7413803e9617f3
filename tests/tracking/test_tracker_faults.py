"""Streams that lose images, tell the wrong time or lie about people, through every mode."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

import numpy as np
import pytest
from faulty_streams import FAULTS, FPS, Stream, ids, in_another_order, later, steady, track, uneven
from seen_people import Actor, permuted, seen

from livemocap.wire import encode
from tracking.config import MODES, TrackingConfig
from tracking.tracker import Tracker


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_two_people_keep_their_ids_and_every_image_is_answered(
    fault: Callable[[np.random.Generator], Stream], mode: str
) -> None:
    tracked = track(fault(np.random.default_rng(3)), mode)
    assert ids(tracked) == {1, 2}
    assert tracked[-1].track_ids.tolist() == [1, 2]
    assert tracked[-1].pelvis[0, 0] < 0 < tracked[-1].pelvis[1, 0]


@pytest.mark.parametrize("mode", MODES)
def test_a_clock_that_is_hours_ahead_is_survived(mode: str) -> None:
    """Whoever sees the whole take looks for nobody after a minute, live people were in view."""
    frames = steady(2.0)
    tracked = track([*frames[:30], *later(frames[30:], 10_000.0)], mode)
    assert ids(tracked) == {1, 2} or mode == "bake"
    assert {len(frame.track_ids) for frame in tracked[35:]} == {2}


@pytest.mark.parametrize("mode", MODES)
def test_another_body_in_the_middle_is_somebody_else(mode: str) -> None:
    wider = np.zeros((2, 16), np.float32)
    frames = steady(2.0)
    frames[30:] = [replace(f, body_hash="1" * 16, betas=wider) for f in frames[30:]]
    tracked = track(frames, mode)
    assert not ids(tracked[:30]) & ids(tracked[30:])
    assert (tracked[0].betas.shape, tracked[-1].betas.shape) == ((2, 10), (2, 16))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fps", [10.0, 120.0])
def test_people_come_out_where_they_are_at_any_rate(fps: float, mode: str) -> None:
    frames = steady(1.0, fps=fps)
    tracked = track(frames, mode)
    assert ids(tracked) == {1, 2}
    for frame, truth in list(zip(tracked, frames, strict=True))[len(frames) // 2 :]:
        across = frame.pelvis[:, 0] - truth.pelvis[:, 0]
        assert np.abs(across).max() < 0.1  # their feet slide, which nobody's do


@pytest.mark.parametrize("mode", MODES)
def test_images_without_people_are_answered(mode: str) -> None:
    tracked = track([permuted(f, []) for f in steady(1.0)], mode)
    assert ids(tracked) == set()
    assert tracked[-1].joints.shape == (0, 55, 3)


@pytest.mark.parametrize("mode", MODES)
def test_after_a_minute_without_anybody_motion_begins_anew(mode: str) -> None:
    nobody = [permuted(f, []) for f in steady(61.0, 1.0, 1.0, 30)]
    frames = [*steady(1.0), *nobody, *steady(1.0, 62.0, FPS, 91)]
    tracked = track(frames, mode)
    assert max(len(f.track_ids) for f in tracked[45:91]) == 0
    assert tracked[-1].track_ids.tolist() in ([1, 2], [3, 4])
    again = [f.pelvis for f in tracked[91:] if len(f.track_ids) == 2]
    assert len(again) > 25
    assert np.ptp([p[0, 0] for p in again]) < 0.4


@pytest.mark.parametrize("mode", MODES)
def test_fifty_people_are_tracked_at_once(mode: str) -> None:
    rng = np.random.default_rng(0)
    spots = [(1.1 * (i % 10 - 4.5), -6 - 1.2 * (i // 10)) for i in range(50)]
    poses = 0.3 * rng.standard_normal((50, 55, 3))
    poses[:, 0] = 0

    def crowd(t_s: float) -> list[Actor]:
        return [
            Actor(x + 0.2 * np.sin(3 * t_s + i), z, rotvecs=poses[i])
            for i, (x, z) in enumerate(spots)
        ]

    frames = [
        permuted(seen(crowd(k / FPS), k / FPS, k), rng.permutation(50).tolist()) for k in range(12)
    ]
    tracked = track(frames, mode)
    assert ids(tracked) == set(range(1, 51))
    assert len(tracked[-1].track_ids) == 50


@pytest.mark.parametrize("mode", MODES)
def test_people_who_leave_one_by_one_and_all_at_once_leave_nothing_behind(mode: str) -> None:
    frames = steady(3.0)
    for k in range(30, 90):
        frames[k] = permuted(frames[k], [0] if k < 60 else [])
    tracked = track(frames, mode)
    assert tracked[80].track_ids.tolist() == []
    assert ids(tracked) == {1, 2}


@pytest.mark.parametrize("mode", MODES)
def test_flush_gives_everything_once_and_a_take_begins_after_it(mode: str) -> None:
    tracker = Tracker(TrackingConfig(mode=mode))
    first = track(steady(1.0), mode, tracker)
    assert tracker.flush() == []
    second = track(steady(1.0, 1.0, first=30), mode, tracker)
    assert len(first) == len(second) == 30
    assert ids(first) == {1, 2}
    assert len(second[-1].track_ids) == 2
    assert tracker.flush() == []


@pytest.mark.parametrize("mode", MODES)
def test_reset_forgets_what_was_held_back_and_ids_go_on(mode: str) -> None:
    tracker = Tracker(TrackingConfig(mode=mode))
    for frame in steady(1.0):
        tracker.push(frame)
    tracker.reset()
    assert tracker.flush() == []
    tracked = track(steady(1.0, 50.0), mode, tracker)
    assert len(ids(tracked)) == 2
    assert not ids(tracked) & {1, 2} or mode == "bake"


@pytest.mark.parametrize("mode", MODES)
def test_faults_give_the_same_output_each_time_bit_for_bit(mode: str) -> None:
    def bits() -> list[list[bytes]]:
        rng = np.random.default_rng(8)
        frames = [permuted(f, rng.permutation(2).tolist()) for f in in_another_order(rng)]
        frames[25] = replace(frames[25], cut=1.0)
        return [[bytes(p) for p in encode(replace(f, t_track_ns=0))] for f in track(frames, mode)]

    assert bits() == bits()


@pytest.mark.parametrize("mode", MODES)
def test_the_look_ahead_is_kept_at_any_rate(mode: str) -> None:
    """Two stages look ahead, and the second waits for whole images of the first."""
    tracker = Tracker(TrackingConfig(mode=mode))
    longest_s = 0.1 if mode == "broadcast" else 0.0
    held: list[int] = []
    for frame in uneven(np.random.default_rng(4)):
        held.append(frame.t_capture_ns)
        for answer in tracker.push(frame):
            assert answer.t_capture_ns == held.pop(0)
        due_ns = frame.t_capture_ns - (tracker.look_ahead_s + longest_s) * 1e9 - 1e3
        assert not [t for t in held if t < due_ns]


@pytest.mark.parametrize(("mode", "rounds"), [("live", 1), ("broadcast", 7)])
def test_what_is_remembered_does_not_grow(mode: str, rounds: int) -> None:
    """After `rounds` of 12 s: a broadcast thinks of people for a minute after they left."""
    tracker = Tracker(TrackingConfig(mode=mode, max_lost_s=2.0, world="assume"))
    crowd = coming_and_going()
    held_bytes = []
    for k in range((rounds + 2) * len(crowd)):
        tracker.push(replace(crowd[k % len(crowd)], t_capture_ns=k * 100_000_000, sequence=k))
        if k % len(crowd) == len(crowd) - 1 and k // len(crowd) >= rounds - 1:
            held_bytes.append(reachable_bytes(tracker))
    assert max(held_bytes[1:]) < 1.1 * held_bytes[0] + 20_000


def coming_and_going(people: int = 12) -> Stream:
    """Strangers for a second each, two at a time, one who comes back, and moments of nobody."""
    spots = np.random.default_rng(2).uniform([-2, -7, 0.5, -1], [2, -3, 0.9, 1], (people, 4))
    frames = []
    for k in range(people * 10):
        now = [spots[k // 10], spots[(k + 5) // 10 % people]] if k % 25 else []
        actors = [Actor(x, z, score=s, betas=b) for x, z, s, b in now]
        frames.append(seen([Actor(0, -5), *actors] if k % 100 > 10 else actors))
    return frames


def reachable_bytes(root: object) -> int:
    """Of all objects that hang on `root`; classes, modules and code apart."""
    known: set[int] = set()
    waiting, total = [root], 0
    apart = (type, ModuleType, FunctionType, BuiltinFunctionType, CodeType)
    while waiting:
        one = waiting.pop()
        if id(one) in known or isinstance(one, apart):
            continue
        known.add(id(one))
        total += sys.getsizeof(one)
        waiting.extend(gc.get_referents(one))
    return total
