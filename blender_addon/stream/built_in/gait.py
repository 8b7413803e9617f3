# SPDX-License-Identifier: GPL-3.0-or-later
"""The feet of somebody who walks round a circle: heels land first, toes leave last, nothing slides.

Times are counted in strides, from where the left heel lands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .turns import about_x, about_y

STANCE = 0.62
"""Share of a stride that a foot stands."""

_FLAT_FROM, _FLAT_TO = 0.13, 0.38
"""When in a stride the whole sole is down."""

_TOES_UP, _HEEL_UP = 0.3, 0.75
"""How far the foot is pitched when it lands and when it leaves, rad."""

_LIFT_M = 0.05
"""How high it is carried over the floor on its way."""


@dataclass(frozen=True, kw_only=True)
class Circle:
    """Where they walk: counter-clockwise, seen from above."""

    radius_m: float
    strides: int
    """In one round."""

    def turned(self, strides: Array) -> Array:
        """(T,) to the heading, (T,) rad; 0 faces +Z."""
        return 2 * np.pi * strides / self.strides + np.pi

    def place(self, strides: Array, left_m: float | Array = 0.0) -> Array:
        """(T,) to places on the floor, (T, 3) m, so far to the left of the line."""
        angle = 2 * np.pi * strides / self.strides
        away = np.stack([np.cos(angle), 0 * angle, -np.sin(angle)], -1)
        return (self.radius_m - np.asarray(left_m))[..., None] * away


@dataclass(frozen=True, kw_only=True)
class FootPath:
    """One foot through time."""

    ankle: Array
    """(T, 3) m."""
    turn: Array
    """(T, 3, 3) from how it stands at rest."""
    toes: Array
    """(T,) rad, how far the toes are bent up."""


@dataclass(frozen=True, kw_only=True)
class Foot:
    """A foot at rest, from its ankle."""

    toe: Array
    """(3,) m."""
    heel: Array
    """(3,) m."""
    left: float
    """1 for the left one, -1 for the right one."""


def walk_round(circle: Circle, foot: Foot, strides: Array, apart_m: float) -> FootPath:
    """A foot's path.

    Args:
        strides: (T,) when.
        apart_m: from the line to where the ankle comes down.
    """
    own = strides + (0.0 if foot.left > 0 else 0.5)
    count = np.floor(own)
    share = own - count
    swings = share > STANCE
    stands = _Stand(circle, foot, count, strides - own, apart_m)
    ankle, heading, pitch = stands.at(share)
    flown = _flight(stands, np.clip((share - STANCE) / (1 - STANCE), 0, 1))
    ankle = np.where(swings[:, None], flown[0], ankle)
    heading, pitch = np.where(swings, flown[1], heading), np.where(swings, flown[2], pitch)
    toes = np.where(swings, flown[3], np.maximum(pitch, 0))
    return FootPath(ankle=ankle, turn=about_y(heading) @ about_x(pitch), toes=toes)


@dataclass(frozen=True)
class _Stand:
    """Where a foot stands at each instant, or stood last."""

    circle: Circle
    foot: Foot
    count: Array
    """(T,) how many strides it has made."""
    delay: Array
    """(T,) of its strides behind everybody's."""
    apart_m: float

    def next(self) -> _Stand:
        return _Stand(self.circle, self.foot, self.count + 1, self.delay, self.apart_m)

    def at(self, share: Array) -> tuple[Array, Array, Array]:
        """Ankle (T, 3) m, heading (T,) and pitch (T,) rad, so far into the stride."""
        middle = self.count + self.delay + STANCE / 2
        heading = self.circle.turned(middle) + 0.1 * self.foot.left
        flat = self.circle.place(middle, self.apart_m * self.foot.left)
        flat[:, 1] = -self.foot.toe[1]
        pitch = -_TOES_UP * np.clip(1 - share / _FLAT_FROM, 0, 1) ** 2
        pitch += _HEEL_UP * np.clip((share - _FLAT_TO) / (STANCE - _FLAT_TO), 0, 1) ** 2
        pivot = np.where((share < _FLAT_TO)[:, None], self.foot.heel, self.foot.toe)
        moved = pivot - (about_x(pitch) @ pivot[..., None])[..., 0]
        return flat + (about_y(heading) @ moved[..., None])[..., 0], heading, pitch


def _flight(stands: _Stand, way: Array) -> tuple[Array, Array, Array, Array]:
    """Ankle, heading, pitch and toes between two places; it leaves and lands at their speeds.

    Args:
        way: (T,) 0..1.
    """
    step, still = 1e-4, np.zeros_like(way)
    away, there = stands.at(still + STANCE), stands.next().at(still)
    before, after = stands.at(still + STANCE - step), stands.next().at(still + step)
    curves = [
        _hermite(a, (a - b) / step * (1 - STANCE), t, (c - t) / step * (1 - STANCE), way)
        for a, b, t, c in zip(away, before, there, after, strict=True)
    ]
    curves[0][:, 1] += _LIFT_M * np.sin(np.pi * way) ** 2
    return curves[0], curves[1], curves[2], _HEEL_UP * (1 - way) ** 3


def _hermite(start: Array, leaves: Array, end: Array, arrives: Array, way: Array) -> Array:
    """From one place to another with given speeds."""
    x = way.reshape(-1, *(1,) * (start.ndim - 1))
    rise = x * x * (3 - 2 * x)
    return start + (end - start) * rise + leaves * x * (1 - x) ** 2 - arrives * x * x * (1 - x)
