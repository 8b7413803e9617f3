"""One person's root and feet from beginning to end, everything known before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .contacts import Contacts
from .course import SHORTEST_STEP_S
from .floor import Floor
from .least_squares import solve_course
from .legs import feet_of
from .odometry import as_rates
from .settings import RootSmoothing
from .standing_course import Clues, stand_still

_ROUNDS = 2
"""Times that a course is solved about the one before."""
REST_SWING = 0.1
"""Share of the time that a foot may not seem to stand of somebody who stands still."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """T images of somebody whose motion goes on through all of them."""

    t_s: Array
    """(T,)."""
    seen: Array
    """(T,) whether there was a sighting."""
    places: Array
    """(T, 3) as detected, or expected."""
    noise: Array
    """(T, 3) standard deviations."""
    legs: Array
    """(T, 4, 2, 3) m from the pelvis."""
    up: Array
    """(T, 3) unit."""
    visibility: Array
    """(T, 4) 0..1 of ankles and toes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Smoothed:
    """What becomes of a Course."""

    places: Array
    """(T, 3)."""
    contacts: Array
    """(T, 4) how surely ankles and toes stand."""
    moved: Array
    """(T, 2, 3) m by which the ankles are to be moved."""


def smooth_course(course: Course, settings: RootSmoothing, floor: Floor | None = None) -> Smoothed:
    """Root and contacts from all that was seen, then feet locked where they stand."""
    steps = len(course.t_s) - 1
    if steps < 2:
        nothing = np.zeros((steps + 1, 2, 3))
        contacts = np.full((steps + 1, 4), Contacts(settings).usual)
        return Smoothed(places=course.places, contacts=contacts, moved=nothing)
    seen = glimpse(course, settings)
    dt_s, free, contacts = seen.dt_s, seen.free, seen.contacts
    z = np.exp(free[1:, 2:])
    speeds = np.diff(free, axis=0) / dt_s[:, None] * z
    clues = Clues(
        dt_s=dt_s,
        places=course.places,
        trust=_trust(course, settings),
        push=_push(speeds, z, settings),
        legs=course.legs,
        contacts=contacts,
        rest=at_rest(course.t_s, free, contacts, settings)[1:],
    )
    places, moved = free, np.zeros((steps + 1, 2, 3))
    for _ in range(_ROUNDS):
        places, moved = stand_still(clues, places, settings, floor)
    return Smoothed(places=places, contacts=contacts, moved=moved)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Glimpse:
    """What a Course shows by itself, before anything of it is put right."""

    dt_s: Array
    """(T - 1,)."""
    free: Array
    """(T, 3) places, smooth, without asking the feet."""
    rates: Array
    """(T - 1, 4, 3) of ankles and toes from the pelvis, as x/z, y/z, log z a second."""
    contacts: Array
    """(T, 4) how surely they stand."""


def glimpse(course: Course, settings: RootSmoothing) -> Glimpse:
    """A first look at a course of two images or more."""
    dt_s = steps_of(course)
    free = free_course(course, dt_s, settings)
    feet = feet_of(course.legs)
    rates = as_rates(np.diff(feet, axis=0) / dt_s[:, None, None], free[1:])
    z = np.exp(free[1:, 2:])
    speeds = np.diff(free, axis=0) / dt_s[:, None] * z
    model = Contacts(settings)
    nats = _nats(course, feet, rates * z[:, None] + speeds[:, None], model)
    contacts = smooth_contacts(nats, dt_s, model)
    return Glimpse(dt_s=dt_s, free=free, rates=rates, contacts=contacts)


def steps_of(course: Course) -> Array:
    """(T - 1,) s."""
    return np.maximum(np.diff(course.t_s), SHORTEST_STEP_S)


def free_course(course: Course, dt_s: Array, settings: RootSmoothing) -> Array:
    """(T, 3) places, without asking the feet: it is to tell how fast these are."""
    nothing = np.zeros((len(dt_s), 3))
    push = _push(nothing, np.exp(course.places[1:, 2:]), settings)
    seen = course.places, _trust(course, settings)
    return solve_course(dt_s, seen, (nothing, nothing), push, settings.glance)


def _nats(course: Course, feet: Array, speeds: Array, model: Contacts) -> Array:
    """(T - 1, 4) for each point of the feet to stand, at speeds (T - 1, 4, 3) m/s."""
    heights = (feet[1:] @ course.up[1:, :, None])[..., 0]
    return model.clues(speeds, heights, course.visibility[1:]) * _both_seen(course)


def _both_seen(course: Course) -> Array:
    """(T - 1, 1) whether there were sightings at both ends of a step."""
    return (course.seen[1:] & course.seen[:-1])[:, None]


def at_rest(t_s: Array, places: Array, contacts: Array, settings: RootSmoothing) -> Array:
    """(T,) 0..1 whether somebody stays where they are: both feet stand, and so does the pelvis.

    Across the view only, as nobody walks along it without lifting a foot.
    """
    s = settings
    stand = contacts.reshape(-1, 2, 2).max(1).min(1)
    # means over the time before and after each image, by differences of running sums
    first = np.searchsorted(t_s, t_s - s.rest_s)
    last = np.searchsorted(t_s, t_s + s.rest_s, "right")
    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(places, 0)])
    middle = np.arange(len(t_s))
    early = (sums[middle + 1] - sums[first]) / (middle + 1 - first)[:, None]
    late = (sums[last] - sums[middle]) / (last - middle)[:, None]
    apart = (late - early)[:, :2] * np.exp(places[:, 2:]) / s.rest_s
    swing = np.concatenate([[0.0], np.cumsum(1 - stand)])
    moving = (swing[last] - swing[first]) / (last - first)
    share = (apart * apart).sum(1) / s.rest_ms**2 + (moving / REST_SWING) ** 2
    return np.exp(-share * share)


def smooth_contacts(nats: Array, dt_s: Array, model: Contacts) -> Array:
    """(T - 1, 4) log-likelihood ratios of the steps to (T, 4) probabilities."""
    course = np.full((len(nats) + 1, 4), model.usual)
    for k, (nat, dt) in enumerate(zip(nats, dt_s.tolist(), strict=True)):
        course[k + 1] = model.step(course[k], nat, dt)
    after = np.ones((4, 2))
    for k in range(len(nats) - 1, -1, -1):
        after, course[k] = model.back(after, nats[k], course[k], float(dt_s[k]))
    return course


def _trust(course: Course, settings: RootSmoothing) -> Array:
    """(T, 3) 1 / variance: of what is new in each detected place, or of all in an expected one."""
    s = settings
    white = course.noise * np.array([s.lateral_white, s.lateral_white, s.depth_white])
    return np.where(course.seen[:, None], white, course.noise) ** -2.0


def _push(speeds: Array, z: Array, settings: RootSmoothing) -> Array:
    """(T, 3) spectral density of changes of rate at speeds (T, 1 or 3) m/s."""
    s = settings
    busy = 1 + (speeds * speeds).sum(1, keepdims=True) / s.stroll_ms**2
    axes = s.bake_push * np.array([s.lateral_push, s.lateral_push, s.depth_push])
    return busy * axes / (z * z)
