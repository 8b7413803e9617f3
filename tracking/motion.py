"""Where a person's root goes: a Kalman filter across the view and along it.

The state is (x/z, y/z, log z) and its rates: in these, an estimator's errors are independent and
depth, which is several times worse than the rest, cannot leak into the image plane. Speed decays
towards standing still (Ornstein-Uhlenbeck), so that somebody unseen for long becomes uncertain
instead of being extrapolated to a wrong place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

UNKNOWN_VARIANCE = np.array([0.35, 0.25, 0.5]) ** 2
"""A place in (x/z, y/z, log z) about which nothing is known but that it is in view."""

_UNKNOWN: list[float] = UNKNOWN_VARIANCE.tolist()


def place_of(pelvis_cam: Array) -> Array:
    """(..., 3) m in the camera frame to (..., 3) x/z, y/z, log z."""
    z = np.maximum(pelvis_cam[..., 2:], 0.05)
    return np.concatenate([pelvis_cam[..., :2] / z, np.log(z)], -1)


def pelvis_of(place: Array) -> Array:
    """The inverse of `place_of`."""
    z = np.exp(place[..., 2:])
    return np.concatenate([place[..., :2] * z, z], -1)


class RootFilter:
    """One person's root.

    Args:
        place: (3,) x/z, y/z, log z of the first sighting.
        noise: (3,) its standard deviations.
        speed_ms: spread of people's speed, m/s.
        memory_s: time constant with which speed is forgotten.
    """

    def __init__(
        self, place: Sequence[float], noise: Sequence[float], speed_ms: float, memory_s: float
    ) -> None:
        self._speed_ms, self._memory_s = speed_ms, memory_s
        spread = (speed_ms / math.exp(place[2])) ** 2
        self._axes = [_Axis(x, s**2, spread) for x, s in zip(place, noise, strict=True)]

    @property
    def place(self) -> list[float]:
        """(3,) x/z, y/z, log z."""
        return [axis.x for axis in self._axes]

    @property
    def variance(self) -> list[float]:
        """(3,) of the place."""
        return [min(axis.xx, most) for axis, most in zip(self._axes, _UNKNOWN, strict=True)]

    def predict(self, dt_s: float) -> list[float]:
        """Advance by `dt_s`, exactly for any step: frames may be missing.

        Returns:
            (3,) how far the place moved.
        """
        spread = (self._speed_ms / math.exp(self._axes[2].x)) ** 2
        return [axis.predict(dt_s, self._memory_s, spread) for axis in self._axes]

    def update(self, place: Sequence[float], noise: Sequence[float]) -> None:
        """Take in a sighting; arguments as for the first."""
        for axis, x, s in zip(self._axes, place, noise, strict=True):
            axis.update(x, s**2)


@dataclass(slots=True)
class _Axis:
    """A number, its rate, and their covariance; in floats, as NumPy takes its time for three."""

    x: float
    xx: float
    vv: float
    v: float = 0.0
    xv: float = 0.0

    def predict(self, dt_s: float, tau: float, spread: float) -> float:
        """Advance by `dt_s`; `spread` is the variance of a rate nothing is known of."""
        kept = math.exp(-dt_s / tau)
        reach = tau * (1 - kept)
        moved = reach * self.v
        self.x += moved
        self.v *= kept
        self.xx += 2 * reach * self.xv + reach**2 * self.vv
        self.xx += spread * tau**2 * (2 * dt_s / tau - 3 + 4 * kept - kept**2)
        self.xv = kept * (self.xv + reach * self.vv) + spread * tau * (1 - kept) ** 2
        self.vv = kept**2 * self.vv + spread * (1 - kept**2)
        return moved

    def update(self, x: float, noise: float) -> None:
        """Take in `x`, which has the variance `noise`."""
        gain_x, gain_v = self.xx / (self.xx + noise), self.xv / (self.xx + noise)
        surprise = x - self.x
        self.x += gain_x * surprise
        self.v += gain_v * surprise
        self.vv -= gain_v * self.xv
        self.xv *= 1 - gain_x
        self.xx *= 1 - gain_x
