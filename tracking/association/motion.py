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


def advance(motion: Array, dt_s: Array, speed_ms: float, memory_s: float) -> Array:
    """(N, 5, 3) later by `dt_s`, exactly for any step: images may be missing.

    Args:
        dt_s: one for all, () or (N,).
        memory_s: time constant with which speed is forgotten.
    """
    change, growth = _transition(dt_s, memory_s)
    spread = (speed_ms * np.exp(-motion[:, 0, 2])) ** 2
    return change @ motion + (spread[:, None] * growth)[:, :, None]


def _transition(dt_s: Array, tau: float) -> tuple[Array, Array]:
    """(..., 5, 5) what becomes of a motion, and (..., 5) what is added to it for each unit of
    the variance that speeds have of which nothing is known."""
    kept = np.exp(-dt_s / tau)
    reach = tau * (1 - kept)
    change = np.zeros((*dt_s.shape, 5, 5))
    change[..., 0, 0] = change[..., 2, 2] = 1
    change[..., 0, 1] = reach
    change[..., 1, 1] = change[..., 3, 3] = kept
    change[..., 2, 3] = 2 * reach
    change[..., 2, 4] = reach**2
    change[..., 3, 4] = kept * reach
    change[..., 4, 4] = kept**2
    growth = np.zeros((*dt_s.shape, 5))
    growth[..., 2] = tau**2 * (2 * dt_s / tau - 3 + 4 * kept - kept**2)
    growth[..., 3] = tau * (1 - kept) ** 2
    growth[..., 4] = 1 - kept**2
    return change, growth


def corrected(motion: Array, places: Array, noise: Array) -> Array:
    """(N, 5, 3) after sightings at (N, 3) of standard deviation (N, 3)."""
    xx, xv = motion[:, 2], motion[:, 3]
    gains = motion[:, 2:4] / (xx + noise**2)[:, None]
    after = motion.copy()
    after[:, :2] += gains * (places - motion[:, 0])[:, None]
    after[:, 4] -= gains[:, 1] * xv
    after[:, 2:4] *= 1 - gains[:, :1]
    return after
