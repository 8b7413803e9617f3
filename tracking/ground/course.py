"""What is known of everybody's root and feet when an image comes: one step after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from livemocap.rotation import Array

from ..people import Ints, People, carried
from .contacts import Contacts
from .filtering import Filter
from .legs import FEET, LEVEL_UP, feet_of, leg_joints, leg_turns, seen_up
from .odometry import as_rates, led_by_feet
from .settings import RootSmoothing

UNKNOWN = 1e12
"""A variance that says nothing."""
START_SPEED_MS = 1.0
"""How fast somebody may be who is seen for the first time."""
SHORTEST_STEP_S = 1e-3
"""Images that are nearer in time than this would make speeds of noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """P people at one instant, and the way that led there."""

    people: People
    dt_s: float
    """Since the step before."""
    rows: Ints | None
    """(P,) where each stood in the step before, -1 for those whose motion begins here; None if
    nothing has changed."""
    kept: Array | float
    """(P, 1) share of the rate that is not forgotten on the way here."""
    expected: Filter
    """(P, 6), as predicted; the first three with the feet, the others without."""
    known: Filter
    """(P, 6), with this image."""
    legs: Array
    """(P, 4, 2, 3) m from the pelvis."""
    nats: Array
    """(P, 4) for each point of the feet to stand."""
    contacts: Array
    """(P, 4) how surely each stands."""
    up: Array
    """(3,) unit, as the people seen so far tell it."""


class Stepping:
    """Takes everybody from image to image.

    Each root is filtered twice: with the feet, which is what goes out, and without them, which
    says how fast the feet are against the ground without having been told so by themselves.
    """

    def __init__(self, settings: RootSmoothing) -> None:
        self._settings = s = settings
        self.contacts = Contacts(settings)
        self._share = np.array([s.lateral_white, s.lateral_white, s.depth_white] * 2)
        self._push = np.array([s.lateral_push, s.lateral_push, s.depth_push] * 2)
        self._by_speed = np.full(3, 1 / s.stroll_ms**2)

    def next(self, last: Step | None, people: People) -> Step:
        """From one image to the next."""
        if last is None or people.cut:
            return self._began(people)
        if not len(last.contacts) or not len(people.keys):
            return replace(self._began(people), up=last.up)
        rows = rows_before(last.people, people)
        step = self._advanced(last, people, rows)
        if rows is not None and rows.min() < 0:
            self._begin(step, np.flatnonzero(rows < 0))
        return step

    def _began(self, people: People) -> Step:
        """Everybody as seen for the first time."""
        count = len(people.keys)
        z = np.exp(people.places[:, 2:])
        places = np.concatenate([people.places, people.places], 1)
        zero = np.zeros_like(places)
        rate = zero + (START_SPEED_MS / z) ** 2
        known = Filter(places, zero, self._white(people), zero, rate)
        return Step(
            people=people,
            dt_s=0.0,
            rows=np.full(count, -1),
            kept=1.0,
            expected=known,
            known=known,
            legs=leg_joints(leg_turns(people.pose_wxyz), people.rest_joints),
            nats=np.zeros((count, 4)),
            contacts=np.full((count, 4), self.contacts.usual),
            up=LEVEL_UP,
        )

    def _begin(self, step: Step, new: Ints) -> None:
        """Make a first sighting of some of a step's people."""
        start = self._began(step.people)
        step.known.put(new, start.known)
        step.expected.put(new, start.expected)
        step.contacts[new], step.nats[new] = start.contacts[new], 0.0

    def _advanced(self, last: Step, people: People, rows: Ints | None) -> Step:
        """`next` for those who were there before; of others nothing of it is true."""
        dt_s = max(people.t_s - last.people.t_s, SHORTEST_STEP_S)
        before, feet_before, contacts = last.known, feet_of(last.legs), last.contacts
        rows_then = last.people.rows
        if rows is not None:
            before, feet_before, contacts = before.at(rows), feet_before[rows], contacts[rows]
            rows_then = rows_then[rows]
        unseen = _unseen(people.rows, rows_then)
        z = np.exp(before.x[:, 2:3])
        expected, kept = self._expected(before, people, z, dt_s, unseen is not None)
        turns = leg_turns(people.pose_wxyz)
        legs = leg_joints(turns, people.rest_joints)
        feet = feet_of(legs)
        rates = as_rates((feet - feet_before) * (1 / dt_s), before.x[:, :3])
        up = seen_up(last.up, turns, dt_s / (dt_s + self._settings.up_s))
        against = (rates + expected.v[:, None, 3:]) * z[:, None]
        nats = self.contacts.clues(against, feet @ up, people.visibility.take(FEET, 1))
        if unseen is not None:
            nats[unseen] = 0.0
        contacts = self.contacts.step(contacts, nats, dt_s)
        led = contacts if unseen is None else contacts * ~unseen[:, None]
        return Step(
            people=people,
            dt_s=dt_s,
            rows=rows,
            kept=kept,
            expected=expected,
            known=self._known(expected, people, led_by_feet(rates, led), z * math.sqrt(dt_s)),
            legs=legs,
            nats=nats,
            contacts=contacts,
            up=up,
        )

    def _expected(
        self, before: Filter, people: People, z: Array, dt_s: float, anybody_unseen: bool
    ) -> tuple[Filter, Array | float]:
        """Where everybody should be, and the share of their rates that is not forgotten."""
        speed = before.v[:, :3] * z
        busy = (1 + (speed * speed) @ self._by_speed)[:, None] / (z * z)
        kept: Array | float = 1.0
        if anybody_unseen:
            gone = math.exp(-dt_s / self._settings.memory_s)
            kept = np.where(people.rows < 0, gone, 1.0)[:, None]
        return before.predicted(dt_s, busy * self._push, kept), kept

    def _known(
        self, expected: Filter, people: People, led: tuple[Array, Array], scale: Array
    ) -> Filter:
        """What the feet say and where people are seen, taken in; `scale` (P, 1) is z sqrt(dt)."""
        rate, trust = led
        drift = self._settings.odometry / scale
        variance = np.full(expected.x.shape, UNKNOWN)
        variance[:, :3] = drift * drift / np.maximum(trust, 1e-9)
        known = expected.with_rate(np.concatenate([rate, rate], 1), variance)
        places = np.concatenate([people.places, people.places], 1)
        return known.with_place(places, self._white(people), self._settings.glance)

    def _white(self, people: People) -> Array:
        """(P, 6) variances of places: the part of their noise that is new in every image."""
        white = np.concatenate([people.noise, people.noise], 1) * self._share
        white = white * white
        if -1 in people.rows.tolist():
            white[people.rows < 0] = UNKNOWN
        return white


def rows_before(before: People, now: People) -> Ints | None:
    """(P,) where each stood in the image before, -1 where motion begins; None if all the same."""
    fresh = True in now.fresh.tolist()
    if not fresh and before.keys.tobytes() == now.keys.tobytes():
        return None
    rows = carried(before.keys, now.keys)
    return np.where(now.fresh, -1, rows) if fresh else rows


def _unseen(rows: Ints, rows_then: Ints) -> Array | None:
    """(P,) who is missing from this image or the one before, None if nobody is."""
    if -1 in rows.tolist() or -1 in rows_then.tolist():
        return np.minimum(rows, rows_then) < 0
    return None
