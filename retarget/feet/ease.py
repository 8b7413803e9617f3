"""Curves over a take: from what is known at some instants to all of them, smoothly."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .contacts import runs


def bridge(values: Array, known: Array, times_s: Array, fade_s: float) -> Array:
    """(T, N): as `values` where `known` (T,), elsewhere eased to zero within `fade_s` and back.

    Value and slope are continuous. A hole too short for both ways is crossed directly.
    """
    curve = np.where(known[:, None], values, 0.0)
    if not known.any():
        return curve
    for first, end in runs(~known):
        before = _edge(curve, times_s, first - 1, -1, known)
        after = _edge(curve, times_s, end, 1, known)
        curve[first:end] = _crossing(before, after, times_s[first:end], fade_s)
    return curve


_Knot = tuple[float, Array, Array]
"""Time, value and slope."""


def _edge(curve: Array, times_s: Array, at: int, way: int, known: Array) -> _Knot | None:
    """The known instant next to a hole, its slope from the known one beyond; None at the ends."""
    if not 0 <= at < len(curve):
        return None
    slope = np.zeros(curve.shape[1])
    beyond = at + way
    if 0 <= beyond < len(curve) and known[beyond]:
        slope = (curve[beyond] - curve[at]) / (times_s[beyond] - times_s[at])
    return float(times_s[at]), curve[at].copy(), slope


def _crossing(before: _Knot | None, after: _Knot | None, times_s: Array, fade_s: float) -> Array:
    """(T, N) between two knots, either of which may be missing."""
    if before and after and after[0] - before[0] < 2 * fade_s:
        return _hermite(before, after, times_s)
    zero = np.zeros_like((before or after or (0, np.zeros(0)))[1])
    curve = np.zeros((len(times_s), len(zero)))
    if before:
        curve += _hermite(before, (before[0] + fade_s, zero, zero), times_s)
    if after:
        curve += _hermite((after[0] - fade_s, zero, zero), after, times_s)
    return curve


def _hermite(a: _Knot, b: _Knot, times_s: Array) -> Array:
    """(T, N) the cubic from a to b, held beyond them."""
    span = b[0] - a[0]
    s = np.clip((times_s - a[0]) / span, 0, 1)[:, None]
    return (
        (1 + 2 * s) * (1 - s) ** 2 * a[1]
        + s * (1 - s) ** 2 * span * a[2]
        + s * s * (3 - 2 * s) * b[1]
        + s * s * (s - 1) * span * b[2]
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
