"""Which heel and which toe stands on the floor, from how they move.

Best asked of the motion as it was captured: on a rig of other proportions the same feet slide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .legs import HEEL, TOE, FeetAtRest
from .vectors import length


@dataclass(frozen=True, kw_only=True)
class ContactLimits:
    """What standing is, in units of `FeetAtRest`: lengths of the leg, times of `unit_s`, speeds of
    `speed`. The same for a child and for a giant."""

    slow: float = 0.15
    """Below it a low point comes to stand; a walker's foot swings at 1."""
    fast: float = 0.17
    """Above it a standing point leaves."""
    slide: float = 0.09
    """A point that keeps this speed over the floor slides on purpose, however low it is."""
    still: float = 0.045
    """A point that slid stands again below it."""
    low: float = 0.06
    """A point comes to stand no higher above its place at rest."""
    high: float = 0.1
    """A standing point that is higher has left."""
    tilted: float = 0.02
    """A heel comes to stand no higher above its toe than when the foot is flat."""
    tilting: float = 0.03
    """A standing heel that is higher above its toe has left."""
    slide_after: float = 1.0
    """How long a speed is kept before it is believed."""
    short: float = 0.2
    """A take's contacts are at least so long, and so are the holes between them."""


def find_contacts(
    points: Array,
    times_s: Array,
    rest: FeetAtRest,
    floor_m: float | None = 0.0,
    limits: ContactLimits | None = None,
) -> Array:
    """(T, 2, 2) bool: heel and toe of both feet stand; looks both ways in time.

    Args:
        points: (T, 2, 2, 3) m, `Legs.points`.
        times_s: (T,) rising.
        floor_m: None where nobody knows: the feet's own lowest rests say.
    """
    limits = limits or ContactLimits()
    if len(points) < 2:
        return np.zeros(points.shape[:3], bool)
    velocity = np.gradient(points, times_s, axis=0)
    speed = _speed(velocity) / rest.speed
    height = _heights(points, speed, rest, floor_m, limits) / rest.leg
    may_start = (speed < limits.slow) & _low(height, limits.low, limits.tilted)
    may_stay = (speed < limits.fast) & _low(height, limits.high, limits.tilting)
    contacts = _latched(may_start.reshape(len(points), 4), may_stay.reshape(len(points), 4))
    natural_frames = rest.unit_s / np.median(np.diff(times_s))
    contacts = _without_short(contacts, round(limits.short * natural_frames))
    frames = max(1, round(limits.slide_after * natural_frames))
    pace = velocity.reshape(len(points), 4, 3)[..., [0, 2]] / rest.speed
    return (contacts & ~_sliding(contacts, pace, limits, frames)).reshape(points.shape[:3])


def runs(flags: Array) -> Iterator[tuple[int, int]]:
    """(first, past the last) of each run of True in (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _speed(velocity: Array) -> Array:
    """(..., 3) to (...): over the floor; up and down counts half, for feet land fast."""
    return length(velocity * np.array([1, 0.5, 1]))


def _low(height: Array, most: float | Array, tilt: float | Array) -> Array:
    """(..., 2, 2) bool of heights over the floor in legs: low enough, heels beside toes too."""
    low = height < most
    over_toe = height - height[..., TOE, None]
    low[..., HEEL] &= (over_toe < tilt)[..., HEEL]
    return low


def _heights(
    points: Array, speed: Array, rest: FeetAtRest, floor_m: float | None, limits: ContactLimits
) -> Array:
    """(T, 2, 2) m over where each point is when its foot stands."""
    if floor_m is not None:
        return points[..., 1] - floor_m - rest.heights
    lowest = np.empty((1, 1, 2))
    for point in range(2):
        y = points[:, :, point, 1]
        resting = y[speed[:, :, point] < limits.still]
        lowest[..., point] = np.percentile(resting if resting.size else y, 20)
    return points[..., 1] - lowest


def _latched(may_start: Array, may_stay: Array) -> Array:
    """(T, N) runs of `may_stay`, each from its first `may_start` on."""
    found = np.zeros_like(may_stay)
    for column in range(may_stay.shape[1]):
        for first, end in runs(may_stay[:, column]):
            started = np.flatnonzero(may_start[first:end, column])
            if started.size:
                found[first + started[0] : end, column] = True
    return found


def _without_short(flags: Array, frames: int) -> Array:
    """(T, N) with holes of fewer than `frames` frames closed, then runs as short dropped."""
    kept = flags.copy()
    for column in range(flags.shape[1]):
        for value in (True, False):
            for first, end in runs(kept[:, column] != value):
                if end - first < frames and first > 0 and end < len(flags):
                    kept[first:end, column] = value
    return kept


def _sliding(contacts: Array, velocity: Array, limits: ContactLimits, frames: int) -> Array:
    """(T, N) contacts that go one way for `frames` frames or longer."""
    sliding = np.zeros_like(contacts)
    for column in range(contacts.shape[1]):
        for first, end in runs(contacts[:, column]):
            if end - first > frames:
                speed = _kept_speed(velocity[first:end, column], frames)
                least = (limits.slide + limits.still) / 2
                fast, moving = (speed[:, None] > limit for limit in (limits.slide, least))
                both_ways = _latched(fast, moving) | _latched(fast[::-1], moving[::-1])[::-1]
                sliding[first:end, column] = both_ways[:, 0]
    return sliding


def _kept_speed(velocity: Array, frames: int) -> Array:
    """(N, 2) to (N,): of the mean over the `frames` around each, those nearest at the ends."""
    sums = np.concatenate([np.zeros((1, velocity.shape[1])), np.cumsum(velocity, 0)])
    first = np.clip(np.arange(len(velocity)) - frames // 2, 0, len(velocity) - frames)
    return np.linalg.norm(sums[first + frames] - sums[first], axis=-1) / frames
