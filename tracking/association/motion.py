"""Where people's roots go: Kalman filters across the view and along it, for everybody at once.

The state is (x/z, y/z, log z) and its rates: in these, an estimator's errors are independent and
depth, which is several times worse than the rest, cannot leak into the image plane. Speed decays
towards standing still (Ornstein-Uhlenbeck), so that somebody unseen for long becomes uncertain
instead of being extrapolated to a wrong place.

A motion is (..., 5, 3): for each axis its place, its rate, and the variance of the place, the
covariance of both and the variance of the rate.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

UNKNOWN_VARIANCE = np.array([0.35, 0.25, 0.5]) ** 2
"""A place in (x/z, y/z, log z) about which nothing is known but that it is in view."""

NEAREST_Z_M = 0.05
"""Depths below it count as this one."""


def place_of(pelvis_cam: Array) -> Array:
    """(..., 3) m in the camera frame to (..., 3) x/z, y/z, log z."""
    z = np.maximum(pelvis_cam[..., 2:], NEAREST_Z_M)
    return np.concatenate([pelvis_cam[..., :2] / z, np.log(z)], -1)


def pelvis_of(place: Array) -> Array:
    """The inverse of `place_of`."""
    z = np.exp(place[..., 2:])
    return np.concatenate([place[..., :2] * z, z], -1)


def begin(places: Array, noise: Array, speed_ms: float) -> Array:
    """(N, 5, 3) motions that begin at places (N, 3) of standard deviation (N, 3).

    Args:
        speed_ms: spread of people's speed, m/s.
    """
    motion = np.zeros((len(places), 5, 3))
    motion[:, 0] = places
    motion[:, 2] = noise**2
    motion[:, 4] = ((speed_ms * np.exp(-places[:, 2])) ** 2)[:, None]
    return motion


def advance(motion: Array, dt_s: float | Array, speed_ms: float, memory_s: float) -> Array:
    """(N, 5, 3) later by `dt_s`, exactly for any step: images may be missing.

    Args:
        dt_s: one for all or (N, 1).
        memory_s: time constant with which speed is forgotten.
    """
    x, v, xx, xv, vv = motion[:, 0], motion[:, 1], motion[:, 2], motion[:, 3], motion[:, 4]
    spread = ((speed_ms * np.exp(-x[:, 2])) ** 2)[:, None]
    kept = np.exp(-dt_s / memory_s)
    reach = memory_s * (1 - kept)
    grown = memory_s**2 * (2 * dt_s / memory_s - 3 + 4 * kept - kept**2)
    later = np.empty_like(motion)
    later[:, 0] = x + reach * v
    later[:, 1] = kept * v
    later[:, 2] = xx + reach * (2 * xv + reach * vv) + spread * grown
    later[:, 3] = kept * (xv + reach * vv) + spread * (memory_s * (1 - kept) ** 2)
    later[:, 4] = kept**2 * vv + spread * (1 - kept**2)
    return later


def corrected(motion: Array, places: Array, noise: Array) -> Array:
    """(N, 5, 3) after sightings at (N, 3) of standard deviation (N, 3)."""
    xx, xv = motion[:, 2], motion[:, 3]
    gains = motion[:, 2:4] / (xx + noise**2)[:, None]
    after = motion.copy()
    after[:, :2] += gains * (places - motion[:, 0])[:, None]
    after[:, 4] -= gains[:, 1] * xv
    after[:, 2:4] *= 1 - gains[:, :1]
    return after
