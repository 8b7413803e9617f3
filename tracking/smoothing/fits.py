"""Straight lines fitted to what was seen around an instant, for many instants at once.

A local linear fit with a Gaussian window (Fan and Gijbels 1996), evaluated at the window's centre:
as the weights of samples need not be symmetrical, gaps, missing images and the ends of a take pull
it neither way.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

UNSEEN_WEIGHT = 1e-30
"""Of a sample that only stands where nothing was seen: any sighting near by outweighs it."""

FARTHEST = 20.0
"""Window widths, past which samples do not fade any more: something always counts."""


def local_fit(
    offset_s: Array, width_s: float, weighted: Array, weight: Array, shrink: float
) -> Array:
    """Values at C instants from T samples.

    Args:
        offset_s: (C, T) how much later than each instant each sample is.
        width_s: standard deviation of the window.
        weighted: (T, K, N) samples of K components, times their weights.
        weight: (T, N) above 0.
        shrink: of slopes, in squared widths.

    Returns:
        (C, K, N).
    """
    u = offset_s / width_s
    window = np.exp(-0.5 * np.minimum(u * u, FARTHEST**2))
    window_u = window * u
    flat = weighted.reshape(len(weighted), -1)
    shape = (len(u), *weighted.shape[1:])
    total = (window @ weight)[:, None]
    centre = (window_u @ weight)[:, None] / total
    spread = ((window_u * u) @ weight)[:, None] / total - centre * centre
    mean = (window @ flat).reshape(shape) / total
    tilt = (window_u @ flat).reshape(shape) / total - centre * mean
    return mean - tilt * (centre / (spread + shrink))


def normalized(values: Array) -> Array:
    """(C, 4, N) to unit length along the second axis."""
    return values / np.sqrt(np.maximum((values * values).sum(1), 1e-12))[:, None]


def strike_kept(calm: Array, quick: Array, strike_rad: tuple[float, float]) -> Array:
    """(C, 4, N) of the calm fit, going over to the quick one where they disagree.

    Args:
        calm, quick: (C, 4, N) unit quaternions of one sign, from a wide and a narrow window.
        strike_rad: the angles between which it goes over.
    """
    apart = quick - calm
    # a chord between quaternions is half the angle between their rotations
    part = gradual(2 * np.sqrt((apart * apart).sum(1)), *strike_rad)
    return normalized(calm + part[:, None] * apart)


def gradual(value: Array, low: float, high: float) -> Array:
    """0 up to `low`, 1 from `high` on, smooth between."""
    part = np.minimum(np.maximum((value - low) / (high - low), 0), 1)
    return part * part * (3 - 2 * part)
