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

_MOST = 4000
"""Samples that count on each side at most, however dense they are: 10 s at 240 a second."""


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
    turned = _mean(continuous(motion.local_wxyz), motion.times_s, sigma_s, reach)
    pelvis = _mean(motion.pelvis, motion.times_s, sigma_s, reach)
    return replace(motion, local_wxyz=normalize(turned), pelvis=pelvis)


def _mean(values: Array, times_s: Array, sigma_s: float, reach: int) -> Array:
    """(T, ...) values, each the weighted mean of those around it; of as many on both sides, so
    that the ends are not drawn inwards."""
    T = len(values)
    total, weights = np.array(values, float), np.ones(T)
    for away in range(1, min(reach, (T - 1) // 2) + 1):
        inner = slice(away, T - away)
        for there in (slice(0, T - 2 * away), slice(2 * away, T)):
            weight = np.exp(-0.5 * ((times_s[there] - times_s[inner]) / sigma_s) ** 2)
            weights[inner] += weight
            total[inner] += _along(weight, values) * values[there]
    return total / _along(weights, values)


def _along(weights: Array, values: Array) -> Array:
    """(T,) weights, shaped so that they multiply (T, ...) values."""
    return weights.reshape(-1, *[1] * (values.ndim - 1))
