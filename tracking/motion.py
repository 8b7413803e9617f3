"""Where a person's root goes: a Kalman filter across the view and along it.

The state is (x/z, y/z, log z) and its rates: in these, an estimator's errors are independent and
depth, which is several times worse than the rest, cannot leak into the image plane. Speed decays
towards standing still (Ornstein-Uhlenbeck), so that somebody unseen for long becomes uncertain
instead of being extrapolated to a wrong place.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

UNKNOWN_VARIANCE = np.array([0.35, 0.25, 0.5]) ** 2
"""A place in (x/z, y/z, log z) about which nothing is known but that it is in view."""


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

    def __init__(self, place: Array, noise: Array, speed_ms: float, memory_s: float) -> None:
        self._speed_ms, self._memory_s = speed_ms, memory_s
        self.place = place.astype(float)
        self.rate = np.zeros(3)
        self._xx = noise**2
        self._xv = np.zeros(3)
        self._vv = np.full(3, (speed_ms / self.distance_m) ** 2)

    @property
    def distance_m(self) -> float:
        return float(np.exp(self.place[2]))

    @property
    def variance(self) -> Array:
        """(3,) of the place."""
        return np.minimum(self._xx, UNKNOWN_VARIANCE)

    def predict(self, dt_s: float) -> None:
        """Advance by `dt_s`, exactly for any step: frames may be missing."""
        tau, kept = self._memory_s, float(np.exp(-dt_s / self._memory_s))
        reach = tau * (1 - kept)
        spread = (self._speed_ms / self.distance_m) ** 2
        self.place = self.place + reach * self.rate
        self.rate = kept * self.rate
        self._xx = (
            self._xx
            + 2 * reach * self._xv
            + reach**2 * self._vv
            + spread * tau**2 * (2 * dt_s / tau - 3 + 4 * kept - kept**2)
        )
        self._xv = kept * (self._xv + reach * self._vv) + spread * tau * (1 - kept) ** 2
        self._vv = kept**2 * self._vv + spread * (1 - kept**2)

    def update(self, place: Array, noise: Array) -> None:
        """Take in a sighting; arguments as for the first."""
        total = self._xx + noise**2
        gain_x, gain_v = self._xx / total, self._xv / total
        surprise = place - self.place
        self.place = self.place + gain_x * surprise
        self.rate = self.rate + gain_v * surprise
        self._vv = self._vv - gain_v * self._xv
        self._xv = (1 - gain_x) * self._xv
        self._xx = (1 - gain_x) * self._xx
