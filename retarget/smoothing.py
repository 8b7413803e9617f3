"""Smoothing of a whole motion at once, looking both ways, so that nothing comes late."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from livemocap.rotation import Array, continuous, normalize

from .motion import PersonMotion

_WIDTHS = 2.3548
"""Full width of a bell at half its height, in standard deviations."""

_REACH = 3.0
"""Standard deviations beyond which a sample does not count."""

_MOST = 200
"""Samples that count on each side at most, however dense they are."""


def smoothed(motion: PersonMotion, seconds: float) -> PersonMotion:
    """Every sample as the mean of those around it, weighted by a bell of `seconds` at half its
    height: shakes faster than that go, peaks stay when they came.

    Samples count by their time, so that holes and uneven rates do no harm. 0 changes nothing.
    """
    if seconds <= 0 or motion.frames < 3:
        return motion
    sigma_s = seconds / _WIDTHS
    step_s = float(np.median(np.diff(motion.times_s)))
    reach = min(int(np.ceil(_REACH * sigma_s / max(step_s, 1e-6))), _MOST, motion.frames - 1)
    weights = _weights(motion.times_s, sigma_s, reach)
    turned = _mean(continuous(motion.local_wxyz), weights, reach)
    return replace(
        motion, local_wxyz=normalize(turned), pelvis=_mean(motion.pelvis, weights, reach)
    )


def _weights(times_s: Array, sigma_s: float, reach: int) -> Array:
    """(2 reach + 1, T), summing to 1 over the samples around each; the same number on both sides,
    so that the ends are not drawn inwards."""
    T = len(times_s)
    weights = np.zeros((2 * reach + 1, T))
    for away in range(reach + 1):
        if away >= T - away:
            break
        inner = slice(away, T - away)
        before, after = times_s[: T - 2 * away], times_s[2 * away :]
        now = times_s[inner]
        for row, then in ((reach - away, before), (reach + away, after)):
            weights[row, inner] = np.exp(-0.5 * ((then - now) / sigma_s) ** 2)
    return weights / weights.sum(0)


def _mean(values: Array, weights: Array, reach: int) -> Array:
    """(T, ...) values, each the weighted mean of those around it."""
    T, total = len(values), np.zeros_like(values)
    for row, weight in enumerate(weights):
        away = row - reach
        there = slice(max(0, away), T + min(0, away))
        here = slice(max(0, -away), T - max(0, away))
        shaped = weight[here].reshape(-1, *[1] * (values.ndim - 1))
        total[here] += shaped * values[there]
    return total
