"""Where a tracklet comes from and where it goes: its root's place and speed at both ends.

Speed decays towards standing still (Ornstein-Uhlenbeck), forwards and backwards in time alike, so
whether two tracklets are one person's is asked half-way between them: what the earlier expects
there against what the later does, in place and in speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from ..association.motion import UNKNOWN_VARIANCE
from ..people import Ints

SPEED_MS, MEMORY_S = 0.9, 1.0
"""How fast people move, as the spread of their speed, and after about how long that is another."""
FITTED_S = 0.5
"""The last so many seconds of a tracklet tell its speed at the end."""
ELSEWHERE = np.log(1e-2)
"""Nats: people now and then move, or are estimated, as no model says."""
ASTRAY_S = 5.0
"""After about so long an absence somebody may come back at any place."""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Gaussians over place and rate of (x/z, y/z, log z), each array (..., 3)."""

    x: Array
    v: Array
    xx: Array
    xv: Array
    vv: Array
    spread: Array
    """Variance of a rate of which nothing is known."""

    def after(self, dt_s: Array) -> Motion:
        """Advanced by `dt_s`, which broadcasts."""
        kept = np.exp(-dt_s / MEMORY_S)
        reach = MEMORY_S * (1 - kept)
        wander = MEMORY_S**2 * (2 * dt_s / MEMORY_S - 3 + 4 * kept - kept**2)
        return Motion(
            x=self.x + reach * self.v,
            v=kept * self.v,
            xx=self.xx + 2 * reach * self.xv + reach**2 * self.vv + self.spread * wander,
            xv=kept * (self.xv + reach * self.vv) + self.spread * MEMORY_S * (1 - kept) ** 2,
            vv=kept**2 * self.vv + self.spread * (1 - kept**2),
            spread=self.spread + 0 * dt_s,
        )

    def seen(self, x: Array, noise: Array, there: Array) -> Motion:
        """With a sighting at `x`, of variance `noise`, taken in where `there`."""
        gain_x = there * self.xx / (self.xx + noise)
        gain_v = there * self.xv / (self.xx + noise)
        off = x - self.x
        return Motion(
            x=self.x + gain_x * off,
            v=self.v + gain_v * off,
            xx=(1 - gain_x) * self.xx,
            xv=(1 - gain_x) * self.xv,
            vv=self.vv - gain_v * self.xv,
            spread=self.spread,
        )

    def reversed(self) -> Motion:
        """The same, as time runs the other way."""
        return Motion(self.x, -self.v, self.xx, -self.xv, self.vv, self.spread)

    def at(self, index: Ints) -> Motion:
        """Some of them, as `index` says."""
        return Motion(*(getattr(self, name)[index] for name in Motion.__slots__))


def motion_at_end(steps: Ints, t_s: Array, places: Array, noise: Array) -> Motion:
    """What is known of A tracklets at their last sighting.

    Args:
        steps: (A, L) rows of the (N,) times, (N, 3) places and their standard deviations in the
            order of time, either way; one that begins late repeats its first row.
    """
    first = steps[:, 0]
    spread = np.broadcast_to((SPEED_MS / np.exp(places[first, 2:])) ** 2, (len(first), 3))
    none = np.zeros((len(first), 3))
    motion = Motion(places[first], none, noise[first] ** 2, none, spread, spread)
    for before, now in zip(steps.T, steps.T[1:], strict=False):
        dt_s = np.abs(t_s[now] - t_s[before])[:, None]
        motion = motion.after(dt_s).seen(
            places[now], noise[now] ** 2, now[:, None] != before[:, None]
        )
    # estimates err for longer than one image: the place is never known better than from one
    return Motion(
        motion.x, motion.v, motion.xx + noise[steps[:, -1]] ** 2, motion.xv, motion.vv, spread
    )


def motion_ratio(end: Motion, start: Motion, gap_s: Array) -> Array:
    """(N,) nats for N pairs to be one person's rather than two people's.

    Args:
        end: of the earlier tracklets, (N, 3).
        start: of the later ones, as time runs backwards.
        gap_s: (N,) between them.
    """
    half = 0.5 * gap_s[:, None]
    a, b = end.after(half), start.after(half).reversed()
    spread = np.maximum(a.spread, b.spread)
    ratio = _overlap(a, b, spread).sum(-1)
    astray = ELSEWHERE + (0.0 - ELSEWHERE) * (1 - np.exp(-gap_s / ASTRAY_S))
    return np.logaddexp(ratio, astray)


def _overlap(a: Motion, b: Motion, spread: Array) -> Array:
    """log of the integral of both over what is known of anybody."""
    det_a, det_b = a.xx * a.vv - a.xv**2, b.xx * b.vv - b.xv**2
    Axx, Axv, Avv = a.vv / det_a, -a.xv / det_a, a.xx / det_a
    Bxx, Bxv, Bvv = b.vv / det_b, -b.xv / det_b, b.xx / det_b
    # as seen from a's place, which leaves numbers of one size
    d = b.x - a.x
    hx = Axv * a.v + Bxx * d + Bxv * b.v
    hv = Avv * a.v + Bxv * d + Bvv * b.v
    Lxx, Lxv, Lvv = Axx + Bxx, Axv + Bxv, Avv + Bvv - 1 / spread
    det = Lxx * Lvv - Lxv**2
    explained = (Lvv * hx**2 - 2 * Lxv * hx * hv + Lxx * hv**2) / det
    total = Avv * a.v**2 + Bxx * d**2 + 2 * Bxv * d * b.v + Bvv * b.v**2
    size = np.log(UNKNOWN_VARIANCE) + np.log(spread) - np.log(det_a) - np.log(det_b) - np.log(det)
    return 0.5 * (1 + size - total + explained)
