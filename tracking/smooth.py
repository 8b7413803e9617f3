"""Smoothing without look-ahead: One-Euro filters on numbers, on rotations and on the root.

A One-Euro filter (Casiez et al. 2012) is a low pass whose band widens with speed: resting hands
stay still, fast strikes are kept. Rotations are filtered on SO(3), by the angle between filter
and sighting. All constants are in Hz and seconds, and every step is told how long it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from livemocap.rotation import (
    Array,
    inverse,
    multiply,
    normalize,
    quat_from_rotvec,
    rotvec_from_quat,
)

SPEED_CUTOFF_HZ = 1.0
"""The band of the speed that widens a filter's band."""

TREND_S, TREND_GAIN = 0.1, 2.0
"""How long a joint's trend is believed, and how fast it follows, against critical damping."""

COAST_S = 0.15
"""Time constant with which a joint that is not seen any more comes to rest."""


_Number = TypeVar("_Number", float, Array)


def blend(cutoff_hz: _Number, dt_s: float) -> _Number:
    """How much of a new value a first-order low pass takes in after `dt_s`."""
    turned = 2 * math.pi * cutoff_hz * dt_s
    return turned / (turned + 1)


class OneEuro:
    """For a few numbers with one common speed; in floats, as NumPy takes its time for so few.

    Args:
        cutoff_hz: the band at rest.
        slope: Hz more for each unit of speed a second.
    """

    def __init__(self, cutoff_hz: float, slope: float) -> None:
        self._cutoff_hz, self._slope = cutoff_hz, slope
        self.value: list[float] = []
        """Empty before the first sighting."""
        self._rate: list[float] = []

    def step(self, value: Sequence[float], dt_s: float, speed_scale: float = 1.0) -> list[float]:
        """The filtered value; `speed_scale` turns speeds into the unit of `slope`."""
        if not self.value:
            self.value, self._rate = list(value), [0.0] * len(value)
            return self.value
        ahead = [new - old for new, old in zip(value, self.value, strict=True)]
        gain = blend(SPEED_CUTOFF_HZ, dt_s)
        self._rate = [r + gain * (a / dt_s - r) for r, a in zip(self._rate, ahead, strict=True)]
        speed = speed_scale * math.hypot(*self._rate)
        gain = blend(self._cutoff_hz + self._slope * speed, dt_s)
        self.value = [old + gain * a for old, a in zip(self.value, ahead, strict=True)]
        return self.value

    def shift(self, by: Sequence[float]) -> None:
        """Move on without a sighting."""
        self.value = [old + step for old, step in zip(self.value, by, strict=True)]


class RotationOneEuro:
    """For any number of rotations, each with a speed of its own; parameters as in OneEuro.

    Each also follows its latest trend for a moment, which takes away most of the lag that a low
    pass has on a steady turn.
    """

    def __init__(self, cutoff_hz: float, slope: float) -> None:
        self._cutoff_hz, self._slope = cutoff_hz, slope
        self.value_wxyz: Array | None = None
        self._rate = self._trend = np.zeros((1, 3))

    def step(self, seen_wxyz: Array, dt_s: float, share: Array) -> Array:
        """(..., 4) sighting to (..., 4) filtered; `share` (...) narrows the band of each."""
        if self.value_wxyz is None:
            self.value_wxyz = seen_wxyz.astype(float)
            self._rate = self._trend = np.zeros_like(self.value_wxyz[..., 1:])
            return self.value_wxyz
        moved = self._drift(dt_s, TREND_S)
        expected = multiply(self.value_wxyz, quat_from_rotvec(moved))
        surprise = rotvec_from_quat(multiply(inverse(expected), seen_wxyz))
        self._rate = self._rate + blend(SPEED_CUTOFF_HZ, dt_s) * (
            (moved + surprise) / dt_s - self._rate
        )
        speed = np.sqrt((self._rate**2).sum(-1))
        amount = blend(share * (self._cutoff_hz + self._slope * speed), dt_s)[..., None]
        self._trend = self._trend + TREND_GAIN * amount**2 / (2 - amount) * surprise / dt_s
        self.value_wxyz = normalize(multiply(expected, quat_from_rotvec(amount * surprise)))
        return self.value_wxyz

    @staticmethod
    def step_together(
        filters: Sequence[RotationOneEuro], seen_wxyz: Array, dt_s: float, share: Array
    ) -> None:
        """`step` for P filters of the same settings at once: (P, J, 4) and (P, J)."""
        both = RotationOneEuro(filters[0]._cutoff_hz, filters[0]._slope)
        both.value_wxyz = np.array([one.value_wxyz for one in filters])
        both._rate = np.array([one._rate for one in filters])
        both._trend = np.array([one._trend for one in filters])
        values = both.step(seen_wxyz, dt_s, share)
        for one, value, rate, trend in zip(filters, values, both._rate, both._trend, strict=True):
            one.value_wxyz, one._rate, one._trend = value, rate, trend

    def coast(self, dt_s: float) -> None:
        """Turn on with the trend, which dies out, without a sighting."""
        assert self.value_wxyz is not None
        moved = self._drift(dt_s, COAST_S)
        self.value_wxyz = normalize(multiply(self.value_wxyz, quat_from_rotvec(moved)))

    def _drift(self, dt_s: float, memory_s: float) -> Array:
        """(J, 3) rad that the trend turns in `dt_s`; it fades as it does."""
        kept = math.exp(-dt_s / memory_s)
        moved = self._trend * memory_s * (1 - kept)
        self._trend = self._trend * kept
        return moved


class RootOneEuro:
    """For a pelvis as x/z, y/z, log z: across the view and depth apart."""

    def __init__(self, lateral: tuple[float, float], depth: tuple[float, float]) -> None:
        self._lateral = OneEuro(*lateral)
        self._depth = OneEuro(*depth)

    @property
    def place(self) -> list[float]:
        """(3,) x/z, y/z, log z, once there was a sighting."""
        return self._lateral.value + self._depth.value

    def step(self, place: Sequence[float], dt_s: float) -> None:
        distance_m = math.exp(place[2])
        self._lateral.step(place[:2], dt_s, distance_m)
        self._depth.step(place[2:], dt_s, distance_m)

    def shift(self, by: Sequence[float]) -> None:
        """Move on by (3,) in x/z, y/z, log z."""
        self._lateral.shift(by[:2])
        self._depth.shift(by[2:])


class PersonOneEuro:
    """One person's root and pose together, in the camera frame.

    Args:
        rotation, lateral, depth: cut-off in Hz and slope of each filter; slopes are Hz for each
            rad/s of a joint and for each m/s of the root.
    """

    def __init__(
        self,
        rotation: tuple[float, float],
        lateral: tuple[float, float],
        depth: tuple[float, float],
    ) -> None:
        self._pose = RotationOneEuro(*rotation)
        self._root = RootOneEuro(lateral, depth)

    @property
    def place(self) -> list[float]:
        """(3,) x/z, y/z, log z of the pelvis."""
        return self._root.place

    @property
    def pose_wxyz(self) -> Array:
        """(55, 4)."""
        assert self._pose.value_wxyz is not None
        return self._pose.value_wxyz

    def start(self, place: Sequence[float], pose_wxyz: Array) -> None:
        """Begin at a sighting."""
        self._root.step(place, 1.0)
        self._pose.step(pose_wxyz, 1.0, np.ones(len(pose_wxyz)))

    def coast(self, drift: Sequence[float], dt_s: float) -> None:
        """Go on without a sighting; `drift` is how far the root is expected to have moved."""
        self._root.shift(drift)
        self._pose.coast(dt_s)


def step_together(
    people: Sequence[PersonOneEuro],
    places: Sequence[Sequence[float]],
    pose_wxyz: Array,
    share: Array,
    dt_s: float,
) -> None:
    """Take in a sighting of each, `dt_s` after everybody's last step.

    Args:
        people: P, started, with the same settings.
        places: (P, 3) x/z, y/z, log z.
        pose_wxyz: (P, 55, 4).
        share: (P, 55) share of its band that a joint gets.
    """
    for person, place in zip(people, places, strict=True):
        person._root.step(place, dt_s)
    poses = [person._pose for person in people]
    RotationOneEuro.step_together(poses, pose_wxyz, dt_s, share)
