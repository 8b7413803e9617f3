"""A place and its rate: the filter that knows the past, and the way back that knows what came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """Numbers that move, with the rate they had over the last step, and their covariance.

    The rate is that of the whole step before, so odometry measures it without delay. Together
    with `went_back` this is the recursive form of `solve_course`. Arrays are of one shape.
    """

    x: Array
    v: Array
    xx: Array
    xv: Array
    vv: Array

    def at(self, rows: Array) -> Filter:
        """Some of it, along the first axis."""
        parts = (self.x, self.v, self.xx, self.xv, self.vv)
        return Filter(*(part[rows] for part in parts))

    def put(self, rows: Array, other: Filter) -> None:
        """Overwrite some of it with those rows of another."""
        for name in self.__slots__:
            getattr(self, name)[rows] = getattr(other, name)[rows]

    def first(self, count: int) -> Filter:
        """The first `count` numbers of each."""
        parts = (self.x, self.v, self.xx, self.xv, self.vv)
        return Filter(*(part[:, :count] for part in parts))

    def predicted(self, dt_s: float, push: Array, kept: Array | float = 1.0) -> Filter:
        """After `dt_s`.

        Args:
            push: spectral density of the rate's change.
            kept: share of the rate that is not forgotten.
        """
        v = kept * self.v
        vv = kept * kept * self.vv + push * dt_s
        xv = kept * self.xv
        step = dt_s * vv
        xx = self.xx + dt_s * (2 * xv + step)
        return Filter(self.x + dt_s * v, v, xx, xv + step, vv)

    def with_rate(self, rate: Array, variance: Array) -> Filter:
        """With a measured rate over the last step."""
        weight = 1 / (self.vv + variance)
        gain_x, gain_v = self.xv * weight, self.vv * weight
        surprise = rate - self.v
        return Filter(
            self.x + gain_x * surprise,
            self.v + gain_v * surprise,
            self.xx - gain_x * self.xv,
            self.xv - gain_v * self.xv,
            self.vv - gain_v * self.vv,
        )

    def with_place(self, place: Array, variance: Array, glance: float) -> Filter:
        """With a place; one that is more than `glance` deviations off pulls no harder."""
        surprise = place - self.x
        weight = 1 / (self.xx + variance)
        off = surprise * surprise * weight
        if off.max(initial=0.0) > glance * glance:
            weight = weight / np.maximum(np.sqrt(off) * (1 / glance), 1)
        gain_x, gain_v = self.xx * weight, self.xv * weight
        return Filter(
            self.x + gain_x * surprise,
            self.v + gain_v * surprise,
            self.xx - gain_x * self.xx,
            self.xv - gain_x * self.xv,
            self.vv - gain_v * self.xv,
        )


def went_back(
    before: Filter, expected: Filter, after: tuple[Array, Array], dt_s: float, kept: Array | float
) -> tuple[Array, Array]:
    """One step of the smoother by Rauch, Tung and Striebel.

    Args:
        before: filtered, at the earlier instant.
        expected: what `before.predicted` said of the later one.
        after: x and v as known of the later one.

    Returns:
        x and v at the earlier instant, in the light of what came.
    """
    dx, dv = after[0] - expected.x, after[1] - expected.v
    whole = expected.xx * expected.vv - expected.xv * expected.xv
    whole = np.maximum(whole, 1e-12 * expected.xx * expected.vv)
    a = (expected.vv * dx - expected.xv * dv) / whole
    b = kept * ((expected.xx * dv - expected.xv * dx) / whole + dt_s * a)
    x = before.x + before.xx * a + before.xv * b
    return x, before.v + before.xv * a + before.vv * b
