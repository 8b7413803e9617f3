"""What is known of everybody's root and feet when an image comes: one step after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from livemocap.rotation import Array

from ..people import Ints, People, carried
from .contacts import planted_clues, step_contacts, usual_contact
from .filtering import Filter
from .legs import FEET, LEVEL_UP, feet_of, leg_bones, leg_joints, seen_up
from .odometry import as_places, led_by_feet
from .settings import RootSmoothing

UNKNOWN = 1e12
"""A variance that says nothing."""
_START_SPEED_MS = 1.0
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


def began(people: People, settings: RootSmoothing) -> Step:
    """Everybody as seen for the first time."""
    z = np.exp(people.places[:, 2:])
    places = np.concatenate([people.places, people.places], 1)
    zero = np.zeros_like(places)
    rate = zero + (_START_SPEED_MS / z) ** 2
    known = Filter(places, zero, _white(people, settings), zero, rate)
    return Step(
        people=people,
        dt_s=0.0,
        rows=np.full(len(z), -1),
        kept=1.0,
        expected=known,
        known=known,
        legs=leg_joints(people.pose_wxyz, leg_bones(people.rest_joints)),
        nats=np.zeros((len(z), 4)),
        contacts=np.full((len(z), 4), usual_contact(settings)),
        up=LEVEL_UP,
    )


def next_step(last: Step, people: People, settings: RootSmoothing) -> Step:
    """From one image to the next."""
    if people.cut:
        return began(people, settings)
    if not len(last.contacts) or not len(people.keys):
        return replace(began(people, settings), up=last.up)
    rows = rows_before(last.people, people)
    if rows is None:
        return _advanced(last, people, settings, None)
    step = _advanced(last, people, settings, rows)
    new = np.flatnonzero(rows < 0)
    if len(new):
        start = began(people, settings)
        for part in ("x", "v", "xx", "xv", "vv"):
            for mine, first in ((step.known, start.known), (step.expected, start.expected)):
                getattr(mine, part)[new] = getattr(first, part)[new]
        step.contacts[new], step.nats[new] = start.contacts[new], 0.0
    return step


def rows_before(before: People, now: People) -> Ints | None:
    """(P,) where each stood in the image before, -1 where motion begins; None if all the same."""
    fresh = now.fresh.any()
    if not fresh and len(before.keys) == len(now.keys) and (before.keys == now.keys).all():
        return None
    rows = carried(before.keys, now.keys)
    return np.where(now.fresh, -1, rows) if fresh else rows


def _advanced(last: Step, people: People, settings: RootSmoothing, rows: Ints | None) -> Step:
    """`next_step` for those who were there before; of others nothing of it is true."""
    s = settings
    dt_s = max(people.t_s - last.people.t_s, SHORTEST_STEP_S)
    before, feet_before, contacts = last.known, feet_of(last.legs), last.contacts
    rows_then = last.people.rows
    if rows is not None:
        before, feet_before, contacts = before.at(rows), feet_before[rows], contacts[rows]
        rows_then = rows_then[rows]
    unseen = np.minimum(people.rows, rows_then) < 0
    z = np.exp(before.x[:, 2:3])
    speed = before.v[:, :3] * z
    busy = (1 + (speed * speed).sum(1, keepdims=True) / s.stroll_ms**2) / (z * z)
    push = busy * np.array([s.lateral_push, s.lateral_push, s.depth_push] * 2)
    anybody = unseen.any()
    kept = 1.0
    if anybody:
        kept = np.where(people.rows < 0, math.exp(-dt_s / s.memory_s), 1.0)[:, None]
    expected = before.predicted(dt_s, push, kept)
    known = Filter(expected.x, expected.v, expected.xx, expected.xv, expected.vv)

    legs = leg_joints(people.pose_wxyz, leg_bones(people.rest_joints))
    feet = feet_of(legs)
    rates = as_places((feet - feet_before) * (1 / dt_s), before.x[:, :3])
    speeds = (rates + expected.v[:, None, 3:]) * z[:, None]
    up = seen_up(last.up, people.pose_wxyz, dt_s / (dt_s + s.up_s))
    nats = planted_clues(speeds, feet @ up, people.visibility.take(FEET, 1), s)
    if anybody:
        nats[unseen] = 0.0
    contacts = step_contacts(contacts, nats, dt_s, s)
    rate, trust = led_by_feet(rates, contacts)
    if anybody:
        trust[unseen] = 0.0
    variance = np.full((len(z), 6), UNKNOWN)
    variance[:, :3] = (s.odometry**2 / dt_s) / (z * z * np.maximum(trust, 1e-9))
    known.see_rate(np.concatenate([rate, rate], 1), variance)
    places = np.concatenate([people.places, people.places], 1)
    known.see(places, _white(people, s), s.glance)
    return Step(
        people=people,
        dt_s=dt_s,
        rows=rows,
        kept=kept,
        expected=expected,
        known=known,
        legs=legs,
        nats=nats,
        contacts=contacts,
        up=up,
    )


def _white(people: People, settings: RootSmoothing) -> Array:
    """(P, 6) variances of places: the part of their noise that is new in every image."""
    s = settings
    white = people.noise * np.array([s.lateral_white, s.lateral_white, s.depth_white])
    white = white * white
    if people.rows.min(initial=0) < 0:
        white[people.rows < 0] = UNKNOWN
    return np.concatenate([white, white], 1)
