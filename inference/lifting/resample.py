"""From when images came to when a net wants frames: cameras run at 24 to 60 Hz and stumble, nets
know one even rate."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

FILLED = 1e-3
"""Confidence of a joint that was filled in: next to nothing, but known to have a place."""

FURTHEST = 2.0
"""How many times the way between two sights people are thought to move on."""

_SNAP = 1e-3
"""Of the way; times that are counted since 1970 are rounded to a share of a microsecond."""


def between(before: Array, after: Array, share: Array) -> Array:
    """Frames (..., 17, 3) on the way from one to another.

    A joint that only one of them knows is where that one has it, unless the frame is the other.

    Args:
        share: (...,) 0 gives `before`, 1 `after`.
    """
    share = np.where(share < _SNAP, 0, np.where(share > 1 - _SNAP, 1, share))[..., None, None]
    weight_before = (1 - share) * (before[..., 2:] > 0)
    weight_after = share * (after[..., 2:] > 0)
    total = weight_before + weight_after
    xy = weight_before * before[..., :2] + weight_after * after[..., :2]
    xy = xy / np.where(total > 0, total, 1)
    sure = (1 - share) * before[..., 2:] + share * after[..., 2:]
    return np.concatenate([xy, sure], -1).astype(np.float32)


def beyond(before: Array, after: Array, onward: float) -> Array:
    """Frames (..., 17, 3) further on the way from one to another: `onward` times that way past
    `after`. A joint that both do not know stays."""
    both = (before[..., 2:] > 0) & (after[..., 2:] > 0)
    way = np.where(both, after[..., :2] - before[..., :2], 0)
    return np.concatenate([after[..., :2] + onward * way, after[..., 2:]], -1).astype(np.float32)


def sampled(times: Array, frames: Array, at: Array) -> Array:
    """Frames (N, 17, 3) at rising `times` (N,), as they are `at` other times (M,): (M, 17, 3).

    Before the first and after the last they stay as those are.
    """
    before, after, share = _neighbours(times, at)
    return between(frames[before], frames[after], share)


def interpolated(times: Array, poses: Array, at: Array) -> Array:
    """Poses (N, 17, 3) without unknown joints, likewise."""
    before, after, share = _neighbours(times, at)
    share = share[:, None, None].astype(poses.dtype)
    return poses[before] * (1 - share) + poses[after] * share


def filled(times: Array, frames: Array) -> Array:
    """Frames (N, 17, 3) with unknown joints on the straight way from where they were on the body
    to where they will be; joints that are never known in the middle of the others."""
    known = frames[..., 2] > 0
    gaps = np.flatnonzero(~known.all(0))
    if not len(gaps):
        return frames
    full, body = frames.copy(), _body(frames, known)
    for joint in gaps:
        seen = known[:, joint]
        full[~seen, joint, 2] = FILLED
        if seen.any():
            on_body = frames[:, joint, :2] - body
            full[~seen, joint, :2] = (_way(times, on_body, seen) + body)[~seen]
        else:
            full[:, joint, :2] = _middle(frames, known)
    return full


def held(frame: Array, last: Array | None) -> Array:
    """One frame (17, 3) whose unknown joints are where they were in the `last` one, moved as the
    others have moved since; in the middle of the others if there is none."""
    known = frame[:, 2] > 0
    if known.all():
        return frame
    full = frame.copy()
    if last is None:
        full[~known, :2] = frame[known, :2].mean(0)
    else:
        full[~known, :2] = last[~known, :2] + (frame[known, :2] - last[known, :2]).mean(0)
    full[~known, 2] = FILLED
    return full


def _body(frames: Array, known: Array) -> Array:
    """(N, 2) something that moves as somebody does: the joints that are always known."""
    always = known.all(0)
    return frames[:, always, :2].mean(1) if always.any() else np.zeros((len(frames), 2))


def _middle(frames: Array, known: Array) -> Array:
    """(N, 2) of the known joints."""
    count = np.maximum(known.sum(1), 1)[:, None]
    return (frames[..., :2] * known[..., None]).sum(1) / count


def _way(times: Array, xy: Array, seen: Array) -> Array:
    """(N, 2) where one joint is at all times, of which it is `seen` at some."""
    return np.stack([np.interp(times, times[seen], xy[seen, axis]) for axis in (0, 1)], -1)


def _neighbours(times: Array, at: Array) -> tuple[Array, Array, Array]:
    """Which frames are around each time, and how far on the way from one to the other it is."""
    after = np.clip(np.searchsorted(times, at), min(1, len(times) - 1), len(times) - 1)
    before = np.maximum(after - 1, 0)
    apart = times[after] - times[before]
    share = (at - times[before]) / np.where(apart > 0, apart, 1)
    return before, after, np.clip(share, 0, 1)
