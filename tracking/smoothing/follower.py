"""A low pass on rotations whose band widens with speed, without look-ahead.

After the One-Euro filter (Casiez et al. 2012). It also follows each joint's latest trend for a
moment, which takes away most of the lag that a low pass has on a steady turn.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array

from .settings import PoseSmoothing


def blend(cutoff_hz: float | Array, dt_s: float | Array) -> Any:
    """How much of a new value a first-order low pass takes in after `dt_s`."""
    turned = cutoff_hz * dt_s * (2 * math.pi)
    return turned / (1 + turned)


class RotationFollower:
    """Any number of people's joints at once, by component: (4, P, J).

    Trends and rates are those of the quaternion, half a rotation's in size.
    """

    def __init__(self, settings: PoseSmoothing) -> None:
        self._settings = settings
        self.value = np.zeros((4, 0, 55))
        """(4, P, J) unit quaternions."""
        self._trend = self._rate = self.value

    def carry(self, rows: NDArray[np.int64], seen: Array) -> None:
        """Take over people from these rows; motion begins with `seen` (4, P, J) where it is -1."""
        begins = rows < 0
        if begins.all():
            self.value, self._trend, self._rate = seen.copy(), 0 * seen, 0 * seen
            return
        self.value, self._trend = self.value[:, rows], self._trend[:, rows]
        self._rate = self._rate[:, rows]
        self.value[:, begins] = seen[:, begins]
        self._trend[:, begins] = self._rate[:, begins] = 0

    def step(
        self, seen: Array, share: Array, dt_s: float, since_s: float | Array, sighted: float | Array
    ) -> None:
        """Advance by `dt_s` and take in a sighting of everybody who has one.

        Whoever has none runs on with a trend that dies out.

        Args:
            seen: (4, P, J).
            share: (P, J) share of its band that each joint gets, 0 without a sighting.
            since_s: the time since the last sighting, for each (P, 1) if they differ. After a gap
                what has changed counts as motion of all that time, so it is blended in.
            sighted: 1, or (P, 1) of 0 and 1.
        """
        settings = self._settings
        kept = math.exp(-dt_s / settings.trend_s)
        moved = self._trend * (settings.trend_s * (1 - kept))
        expected = self.value + moved
        surprise = seen * np.copysign(1.0, (expected * seen).sum(0))
        surprise -= expected
        rate = (moved + surprise) / since_s
        rate -= self._rate
        rate *= sighted * blend(settings.speed_hz, since_s)
        self._rate += rate
        speed = np.sqrt((self._rate * self._rate).sum(0))
        amount = blend(share * (settings.rest_hz + 2 * settings.slope * speed), dt_s)
        trend = surprise * (amount * amount / (2 - amount) / since_s)
        trend += kept * self._trend
        surprise *= amount
        expected += surprise
        self._set(expected, trend)

    def _set(self, value: Array, trend: Array) -> None:
        """Back to length 1, and the trend along the sphere."""
        value /= np.sqrt((value * value).sum(0))
        trend -= value * (value * trend).sum(0)
        self.value, self._trend = value, trend
