"""How a camera that somebody holds moves, as everybody in its picture tells together.

What people do, each does in their own way; what all of their pictures do at once is the camera's.
Its shaking is what the raw places of all have in common beyond their smooth courses. A camera that
shakes is held by hand and may be turned as well: that shows in feet that stand, yet slide in its
picture all alike. Turns only, as x/z and y/z that everything is shifted by; rolling and the
camera's own steps are left to the courses of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array

from ..people import Ints
from .least_squares import solve_course
from .settings import RootSmoothing
from .whole_course import Course, Glimpse, free_course, glimpse, steps_of

Part = tuple[Ints, Course]
"""Of a course the images (T,) in which it is, and what is known of it."""

HAND_HELD = 0.7
"""Share of the power of a common motion that people's own do not explain, from which on it is
the camera's: hand-held ones come to 0.8, others to 0.1, or 0.6 before people who move in step."""
PUSH = 0.002
"""Spectral density of the changes of the rate at which a camera is turned, rad^2/s^3."""
_ROUNDS = 3
"""Times that a turn is looked for in what the one before has left."""
HARDLY = 1e-4
"""A trust that only keeps equations solvable."""
_LEAST_STEP_S = 4e-3
"""Shorter steps are taken for as long, for the same reason."""


def camera_shift(parts: Sequence[Part], t_s: Array, settings: RootSmoothing) -> Array:
    """By how much a camera shifts what it sees.

    Args:
        t_s: (T,) of all images.

    Returns:
        (T, 2) of x/z and y/z; zeros if it stands, or if too few people tell.
    """
    shift = _shaking(parts, t_s, settings)
    if shift.any():
        for _ in range(_ROUNDS):
            shift = shift + _turning(shifted(parts, -shift), t_s, settings)
    return shift


def shifted(parts: Sequence[Part], shift: Array) -> list[Part]:
    """The same as a camera would have seen it that is turned by `shift` (T, 2)."""
    return [
        (images, replace(c, places=c.places + np.pad(shift[images], ((0, 0), (0, 1)))))
        for images, c in parts
    ]


def _shaking(parts: Sequence[Part], t_s: Array, settings: RootSmoothing) -> Array:
    """(T, 2) what all places have in common beyond smooth courses, zeros if that is chance."""
    votes = _Votes(len(t_s), settings)
    for images, course in parts:
        dt_s = steps_of(course)
        off = course.places - free_course(course, dt_s, settings)
        rates = np.diff(off[:, :2], axis=0) / dt_s[:, None]
        both = course.seen[1:] & course.seen[:-1]
        votes.add(images[1:], rates, both.astype(float), np.exp(course.places[1:, 2]))
    if votes.beyond_chance() < HAND_HELD:
        return np.zeros((len(t_s), 2))
    return np.cumsum(votes.rates * np.diff(t_s, prepend=t_s[0])[:, None], 0)


def _turning(parts: Sequence[Part], t_s: Array, settings: RootSmoothing) -> Array:
    """(T, 2) how feet that stand slide in the picture all alike."""
    votes = _Votes(len(t_s), settings)
    for images, course in parts:
        seen = glimpse(course, settings)
        rates, trust = _slides(seen, course)
        z = np.exp(seen.free[1:, 2])
        for point in range(4):
            votes.add(images[1:], rates[:, point], trust[:, point], z)
    dt_s = np.maximum(np.diff(t_s), _LEAST_STEP_S)
    nothing = np.zeros((len(t_s), 2)), np.full((len(t_s), 1), HARDLY)
    push = np.full((len(dt_s), 1), PUSH)
    return solve_course(dt_s, nothing, (votes.rates[1:], votes.trust[1:, None]), push)


def _slides(seen: Glimpse, course: Course) -> tuple[Array, Array]:
    """(T - 1, 4, 2) rates of points of the feet in the picture, (T - 1, 4) how surely they
    stand."""
    own = np.diff(seen.free[:, :2], axis=0) / seen.dt_s[:, None]
    trust = np.minimum(seen.contacts[1:], seen.contacts[:-1]) ** 2
    return own[:, None] + seen.rates[..., :2], trust * (course.seen[1:] & course.seen[:-1])[:, None]


class _Votes:
    """Rates in the picture that many tell of for each of T images."""

    def __init__(self, images: int, settings: RootSmoothing) -> None:
        self._slip_ms = settings.slip_ms
        self._sums, self._squares = np.zeros((images, 2)), np.zeros(images)
        self._weights, self._weights2 = np.zeros(images), np.zeros(images)
        self._size2 = np.zeros((images, 2))
        self.trust = np.zeros(images)
        """(T,) 1 / variance of `rates`, s^2."""

    def add(self, images: Ints, rates: Array, trust: Array, z: Array) -> None:
        """One more who tells of `images` (n,): `rates` (n, 2), `trust` (n,), `z` (n,) m away."""
        speeds = (rates * rates).sum(1) * z * z
        weights = trust / (1 + speeds / self._slip_ms**2)
        self._weights[images] += weights
        self._weights2[images] += weights**2
        self._sums[images] += weights[:, None] * rates
        self._squares[images] += weights**2 * (rates * rates).sum(1)
        self._size2[images] += weights[:, None] ** 2 * rates
        self.trust[images] += weights * (z / self._slip_ms) ** 2

    @property
    def rates(self) -> Array:
        """(T, 2) their mean."""
        return self._sums / np.maximum(self._weights, 1e-9)[:, None]

    def beyond_chance(self) -> float:
        """Share of the mean's power that is more than the scatter of many would make of nothing."""
        mean, total = self.rates, np.maximum(self._weights, 1e-9)
        power = (mean * mean).sum(1)
        apart = self._squares - 2 * (self._size2 * mean).sum(1) + self._weights2 * power
        many = total * total / np.maximum(self._weights2, 1e-9)
        told = many > 1.5
        if not told.any():
            return 0.0
        noise = apart / (total * total) * many / np.maximum(many - 1, 0.5)
        return 1 - float(noise[told].mean() / max(power[told].mean(), 1e-12))
