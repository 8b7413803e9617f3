"""Curves over a take: from what is known at some instants to all of them, smoothly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array


def bridge(values: Array, known: Array, times_s: Array, fade_s: float) -> Array:
    """(T, N): as `values` where `known` (T,), elsewhere eased to zero within `fade_s` and back.

    Value and slope are continuous. A hole too short for both ways is crossed directly.
    """
    curve = np.where(known[:, None], values, 0.0)
    holes = np.flatnonzero(~known)
    if len(holes) in (0, len(known)):
        return curve
    at = np.arange(len(known))
    before = np.maximum.accumulate(np.where(known, at, -1))[holes]
    after = np.minimum.accumulate(np.where(known, at, len(at))[::-1])[::-1][holes]
    left = _Knots.of(curve, known, times_s, before, -1)
    right = _Knots.of(curve, known, times_s, after, 1)
    wide = right.times_s - left.times_s
    direct = wide < 2 * fade_s
    span = np.where(direct, wide, fade_s)
    leaving = np.clip((times_s[holes] - left.times_s) / span, 0, 1)
    coming = np.clip((times_s[holes] - right.times_s) / span + 1, 0, 1)
    curve[holes] = left.eased(leaving, span) + right.eased(1 - coming, -span)
    return curve


@dataclass(frozen=True)
class _Knots:
    """The known instants next to N others, on one side."""

    times_s: Array
    """(N,), infinite where there is none."""
    values: Array
    """(N, K)."""
    slopes: Array

    @staticmethod
    def of(curve: Array, known: Array, times_s: Array, at: Array, way: int) -> _Knots:
        """At rows `at`, slopes from the known ones beyond; some `at` may be off the ends."""
        there = (at >= 0) & (at < len(curve))
        row = np.clip(at, 0, len(curve) - 1)
        beyond = np.clip(row + way, 0, len(curve) - 1)
        sure = there & known[beyond] & (beyond != row)
        step_s = np.where(sure, times_s[beyond] - times_s[row], 1.0)
        slopes = np.where(sure[:, None], (curve[beyond] - curve[row]) / step_s[:, None], 0.0)
        far_s = np.where(there, times_s[row], way * np.inf)
        return _Knots(far_s, np.where(there[:, None], curve[row], 0.0), slopes)

    def eased(self, share: Array, span_s: Array) -> Array:
        """(N, K) the cubic from here to zero, at shares 0..1 of the way."""
        s = share[:, None]
        return (1 + 2 * s) * (1 - s) ** 2 * self.values + (
            s * (1 - s) ** 2 * span_s[:, None] * self.slopes
        )


def smoothed(values: Array, frames: float) -> Array:
    """(T,) under a bell of `frames` standard deviation; the ends count on."""
    reach = min(int(3 * frames), 10 * len(values))
    if reach < 1:
        return values
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / frames) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), bell / bell.sum(), mode="valid")


def envelope(values: Array, frames: float) -> Array:
    """(T,) smooth and nowhere below `values`, about `frames` wide."""
    reach = max(1, int(3 * frames))
    padded = np.pad(values, reach, mode="edge")
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(-1)
    return smoothed(highest, frames)
