"""Two people in front of a camera, through streams that lose images, tell the wrong time or lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import cache

import numpy as np
from seen_people import Actor, permuted, seen

from livemocap.messages import PoseFrame, TrackFrame
from livemocap.wire import decode, encode
from tracking.config import TrackingConfig
from tracking.tracker import Tracker

FPS = 30.0
Stream = list[PoseFrame]


def couple(t_s: float) -> list[Actor]:
    """Two who sway and wave, told apart by their looks."""
    wave = np.zeros((55, 3))
    wave[16, 2] = np.sin(3 * t_s)
    return [
        Actor(-1 + 0.3 * np.sin(t_s), -4, look=1, rotvecs=wave),
        Actor(1, -4.5 + 0.2 * np.cos(t_s), look=2, rotvecs=-wave),
    ]


@cache
def picture(t_s: float) -> PoseFrame:
    return seen(couple(t_s), t_s)


def stream(times_s: Sequence[float], first: int = 0) -> Stream:
    return [replace(picture(t), sequence=first + k) for k, t in enumerate(times_s)]


def steady(seconds: float, begin_s: float = 0.0, fps: float = FPS, first: int = 0) -> Stream:
    return stream([begin_s + k / fps for k in range(round(seconds * fps))], first)


def later(frames: Stream, by_s: float) -> Stream:
    """With other stamps, the same pictures."""
    return [replace(f, t_capture_ns=f.t_capture_ns + round(by_s * 1e9)) for f in frames]


def track(frames: Stream, mode: str, tracker: Tracker | None = None) -> list[TrackFrame]:
    """What comes out, checked: every image once and in order, and nothing but numbers."""
    tracker = tracker or Tracker(TrackingConfig(mode=mode))
    tracked = [one for frame in frames for one in tracker.push(frame)] + tracker.flush()
    stamps = [(f.sequence, f.t_capture_ns) for f in frames]
    assert [(f.sequence, f.t_capture_ns) for f in tracked] == stamps
    for frame in tracked:
        sound(frame)
    return tracked


def sound(frame: TrackFrame) -> None:
    for field in fields(frame):
        value = getattr(frame, field.name)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            assert np.isfinite(value).all(), field.name
    assert len(set(frame.track_ids.tolist())) == len(frame.track_ids)
    assert (frame.track_ids > 0).all()
    assert np.abs(frame.pelvis).max(initial=0) < 50
    decode(encode(frame))


def ids(tracked: Sequence[TrackFrame]) -> set[int]:
    return {i for frame in tracked for i in frame.track_ids.tolist()}


def dropped(rng: np.random.Generator) -> Stream:
    return [f for f in steady(2.0) if f.sequence == 0 or rng.random() > 0.3]


def dropped_in_a_row(rng: np.random.Generator) -> Stream:
    return [f for f in steady(2.0) if not 25 <= f.sequence < 40]


def doubled(rng: np.random.Generator) -> Stream:
    return [copy for f in steady(2.0) for copy in [f] * int(rng.integers(1, 4))]


def in_another_order(rng: np.random.Generator) -> Stream:
    frames = steady(2.0)
    order = np.argsort(np.arange(60) + rng.uniform(0, 3, 60), kind="stable")
    return [frames[k] for k in order]


def late(rng: np.random.Generator) -> Stream:
    frames = steady(2.0)
    return [*frames[:20], *frames[21:32], frames[20], *frames[32:]]


def clock_ahead(rng: np.random.Generator) -> Stream:
    frames = steady(2.0)
    return [*frames[:30], *later(frames[30:], 5.0)]


def clock_back(rng: np.random.Generator) -> Stream:
    frames = later(steady(2.0), 100.0)
    return [*frames[:30], *later(frames[30:], -60.0)]


def clock_a_little_back(rng: np.random.Generator) -> Stream:
    frames = steady(3.0)
    return [*frames[:30], *later(frames[30:], -0.3)]


def clock_stands_still(rng: np.random.Generator) -> Stream:
    frames = steady(2.0)
    still = [replace(f, t_capture_ns=frames[20].t_capture_ns) for f in frames[20:26]]
    return [*frames[:20], *still, *frames[26:]]


def uneven(rng: np.random.Generator) -> Stream:
    return stream(np.cumsum(rng.choice([1 / 120, 1 / 60, 1 / 30, 1 / 10], 60)).tolist())


def without_anybody_for_a_moment(rng: np.random.Generator) -> Stream:
    return [permuted(f, []) if 30 <= f.sequence < 36 else f for f in steady(2.0)]


def with_broken_numbers(rng: np.random.Generator) -> Stream:
    frames = steady(2.0)
    names = ("joint_rotvecs", "pelvis", "scores", "rest_joints", "betas", "boxes_px", "appearance",
             "keypoints_px", "expression", "joint_visibility")  # fmt: skip
    for k, name in enumerate(names):
        values = getattr(frames[20 + 3 * k], name).copy()
        values.reshape(2, -1)[k % 2, 0] = (np.nan, np.inf, -np.inf)[k % 3]
        frames[20 + 3 * k] = replace(frames[20 + 3 * k], **{name: values})
    return frames


def with_nothing_but_broken_numbers(rng: np.random.Generator) -> Stream:
    frames = steady(2.0)
    for k in range(30, 34):
        frames[k] = replace(frames[k], pelvis=np.full_like(frames[k].pelvis, np.nan))
    return frames


def with_looks_of_other_widths(rng: np.random.Generator) -> Stream:
    frames = steady(2.0)
    for k in range(20, 40):
        looks = np.repeat(frames[k].appearance, 2, 1) if k < 30 else np.zeros((2, 0), np.float32)
        frames[k] = replace(frames[k], appearance=looks)
    return frames


def with_wild_turns(rng: np.random.Generator) -> Stream:
    """Rotation vectors of many turns, none at all, and half turns."""
    frames = steady(2.0)
    for k in (15, 16, 30, 45):
        turns = frames[k].joint_rotvecs.copy()
        turns[0, 1:] = 40 * rng.standard_normal((54, 3))
        turns[1, 5:] = np.float32(np.pi) * np.eye(3, dtype=np.float32)[k % 3]
        frames[k] = replace(frames[k], joint_rotvecs=turns)
    return frames


def with_a_cut(rng: np.random.Generator) -> Stream:
    return [replace(f, cut=1.0 if f.sequence == 30 else 0.0) for f in steady(2.0)]


def with_cuts_in_a_row(rng: np.random.Generator) -> Stream:
    return [replace(f, cut=1.0 if 30 <= f.sequence < 34 else 0.0) for f in steady(2.0)]


FAULTS: list[Callable[[np.random.Generator], Stream]] = [
    dropped, dropped_in_a_row, doubled, in_another_order, late, clock_ahead, clock_back,
    clock_a_little_back, clock_stands_still, uneven, without_anybody_for_a_moment,
    with_broken_numbers, with_nothing_but_broken_numbers, with_looks_of_other_widths,
    with_wild_turns, with_a_cut, with_cuts_in_a_row,
]  # fmt: skip
