"""Which heel and which toe of a stream stands, decided without looking ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .contacts import ContactLimits
from .legs import HEEL, TOE, FeetAtRest
from .rows import Rows
from .vectors import some

_AHEAD_S = 1 / 60
"""A foot that will come to rest within this time stands already: what holds it needs some."""
_SHORT_S = 0.99 / 60
"""Frames that come sooner make a trembling speed: it is taken over about 1/60 s."""
_FLOOR_S = 0.7
"""How soon feet that stand higher or lower than the floor are believed."""
_FLOOR = 0.3
"""Share of the leg that the floor may be off by."""
_SPEED, _LEVEL = np.array([1.0, 0.25, 1.0]), np.array([1.0, 0.0, 1.0])
"""What squares count in a speed: up and down counts half, for feet land fast; or nothing."""


@dataclass(slots=True)
class Seen(Rows):
    """What is remembered of P people."""

    points: Array
    """(P, 2, 2, 3) m; velocities as well, in `FeetAtRest.speed`."""
    velocity: Array
    slow_velocity: Array
    speed: Array
    """(P, 2, 2); the rest as well."""
    contacts: Array
    slid: Array
    off: Array
    """(P, 1, 1) legs, how much higher than the floor is what they stand on."""
    rested_s: Array
    """(P,) for how long they stood on something so far."""
    known: Array
    """(P,) whether there is a velocity already."""


class ContactWatch:
    """`contacts.find_contacts` for P people at once, frame by frame."""

    def __init__(
        self,
        rest: FeetAtRest,
        floor_m: Array | float = 0.0,
        limits: ContactLimits | None = None,
    ) -> None:
        """`floor_m` of each of the people, or one for all."""
        people = len(rest.leg)
        self._limits = limits or ContactLimits()
        self._leg = rest.leg[:, None, None]
        self._while_s = self._limits.slide_after / 2 * rest.unit_s
        self._flat = rest.heights + np.reshape(floor_m, (-1, 1, 1))
        self._speed = rest.speed
        self._everybody = np.ones(people, bool)
        none, still = np.zeros((people, 2, 2), bool), np.zeros((people, 2, 2, 3))
        self.seen = Seen(
            points=still,
            velocity=still,
            slow_velocity=still,
            speed=np.zeros((people, 2, 2)),
            contacts=none,
            slid=none,
            off=np.zeros((people, 1, 1)),
            rested_s=np.zeros(people),
            known=np.zeros(people, bool),
        )

    @property
    def floor_off(self) -> Array:
        """(P,) legs, how much higher than the floor people stand."""
        return self.seen.off[:, 0, 0]

    def step(self, dt_s: Array, points: Array, fresh: Array) -> Array:
        """(P, 2, 2) bool: who stands now.

        Args:
            dt_s: (P,) since the last step, above 0.
            points: (P, 2, 2, 3) m, `Legs.points`.
            fresh: (P,) bool, people whose past says nothing about them.
        """
        if some(fresh):
            self._forget(points, fresh)
        self._decide(dt_s, self._measure(dt_s, points))
        return self.seen.contacts

    def _forget(self, points: Array, fresh: Array) -> None:
        seen, row = self.seen, fresh[:, None, None]
        seen.points = np.where(row[..., None], points, seen.points)
        seen.velocity = np.where(row[..., None], 0, seen.velocity)
        seen.slow_velocity = np.where(row[..., None], 0, seen.slow_velocity)
        seen.contacts, seen.slid = seen.contacts & ~row, seen.slid & ~row
        seen.known = seen.known & ~fresh

    def _measure(self, dt_s: Array, points: Array) -> Array:
        """(P, 2, 2) speed, in the unit of the limits; velocities over about 1/60 s and a while."""
        seen = self.seen
        velocity = (points - seen.points) / (dt_s * self._speed)[:, None, None, None]
        if dt_s.min() < _SHORT_S:
            share = np.where(seen.known, np.minimum(1.0, dt_s * 60), 1.0)[:, None, None, None]
            velocity = seen.velocity + (velocity - seen.velocity) * share
        seen.velocity = velocity
        kept = np.exp(-dt_s / self._while_s)[:, None, None, None]
        seen.slow_velocity = velocity + (seen.slow_velocity - velocity) * kept
        seen.points = points
        speed = np.sqrt((velocity * velocity).dot(_SPEED))
        ahead = np.minimum(_AHEAD_S / dt_s, 1.5) * seen.known
        slower = np.minimum(speed - seen.speed, 0)
        seen.speed = speed
        return speed + slower * ahead[:, None, None]

    def _decide(self, dt_s: Array, speed: Array) -> None:
        seen, limits = self.seen, self._limits
        stood, known = seen.contacts, seen.known[:, None, None]
        kept = np.sqrt((seen.slow_velocity * seen.slow_velocity).dot(_LEVEL))
        height = (seen.points[..., 1] - self._flat) / self._leg
        self._find_floor(dt_s, seen.speed, height)
        height -= seen.off
        under = height < limits.high
        still_slides = seen.slid & (kept > limits.still) & under
        seen.slid = still_slides | (stood & (kept > limits.slide))
        low = under & (stood | (height < limits.low))
        tilt = np.where(stood[..., HEEL], limits.tilting, limits.tilted)
        low[..., HEEL] &= height[..., HEEL] - height[..., TOE] < tilt
        slow = speed < np.where(stood, limits.fast, limits.slow)
        stands = slow & low & known
        seen.contacts = stands > seen.slid
        # how it came down from the air is no slide
        seen.slow_velocity = seen.slow_velocity * (stands | seen.slid)[..., None]
        seen.known = self._everybody

    def _find_floor(self, dt_s: Array, speed: Array, height: Array) -> None:
        """Feet that rest where no floor should be say where it is."""
        seen = self.seen
        heights = np.where(speed < self._limits.still, height, np.inf)
        resting = np.minimum.reduce(heights.reshape(-1, 4), 1)
        found = (np.abs(resting) < _FLOOR) & seen.known
        if not some(found):
            return
        off = seen.off[:, 0, 0]
        seen.rested_s = seen.rested_s + dt_s * found
        share = np.minimum(dt_s / np.minimum(seen.rested_s + 1e-9, _FLOOR_S), 1)
        seen.off = np.where(found, off + (resting - off) * share, off)[:, None, None]
