"""Fits and means over a whole stretch of motion, however long."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from livemocap.rotation import Array

from .fits import local_fit

CHUNK = 256
"""Instants computed at once: memory stays small, and products large enough to be fast."""

REACH_WIDTHS = 4.5
"""How far samples count, in window widths."""

LEAST_REACH_S = 0.6
"""However narrow a window is, it sees over a gap that somebody is shown in."""


def windows(t_s: Array, width_s: float) -> Iterator[tuple[slice, slice, Array]]:
    """Instants, the samples that count for them, and (C, T) how much later these are."""
    reach_s = max(REACH_WIDTHS * width_s, LEAST_REACH_S)
    for first in range(0, len(t_s), CHUNK):
        instants = slice(first, min(first + CHUNK, len(t_s)))
        begin, end = np.searchsorted(
            t_s, [t_s[first] - reach_s, t_s[instants.stop - 1] + reach_s], "left"
        )
        samples = slice(int(begin), int(end))
        yield instants, samples, t_s[samples][None] - t_s[instants][:, None]


def fitted(t_s: Array, width_s: float, weighted: Array, weight: Array, shrink: float) -> Array:
    """(T, K, N) of local fits at all (T,) samples; arguments as for `local_fit`."""
    found = np.empty_like(weighted)
    for instants, samples, offset_s in windows(t_s, width_s):
        found[instants] = local_fit(offset_s, width_s, weighted[samples], weight[samples], shrink)
    return found


def rms_around(t_s: Array, squares: Array, width_s: float) -> Array:
    """(T, N) root of the Gaussian mean of (T, N) squares around each sample."""
    found = np.empty_like(squares)
    for instants, samples, offset_s in windows(t_s, width_s):
        window = np.exp(-0.5 * (offset_s / width_s) ** 2)
        found[instants] = window @ squares[samples] / window.sum(1)[:, None]
    return np.sqrt(found)


def wander(step_s: float, narrow_s: float, wide_s: float) -> float:
    """How far Gaussian means of a random walk over two widths lie apart, rms, up to a factor.

    An estimator's errors are a random walk over short times, so what a narrow window takes away
    tells how far errors alone wander within a wide one.

    Args:
        step_s: the time from sample to sample.
    """
    steps = math.ceil(REACH_WIDTHS * wide_s / step_s)
    u = np.arange(-steps, steps + 1) * step_s
    means = [np.exp(-0.5 * (u / max(width_s, 0.1 * step_s)) ** 2) for width_s in (narrow_s, wide_s)]
    narrow, wide = (mean / mean.sum() for mean in means)
    return math.sqrt(step_s * (np.cumsum(narrow - wide) ** 2).sum())
