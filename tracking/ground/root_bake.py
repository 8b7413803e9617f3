"""The root of a whole take: everybody's course solved at once when all of it is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array

from ..people import Ints, People
from .camera_motion import camera_shift, shifted
from .leg_ik import reach_legs
from .legs import FEET, LEVEL_UP, leg_joints, leg_turns, seen_up
from .settings import RootSmoothing
from .whole_course import Course, Smoothed, smooth_course

SHORTEST = 3
"""Images of a course that tells of the camera."""


class BakeRoot:
    """A stage as LiveRoot, that gives everything out at the end."""

    look_ahead_s = math.inf

    def __init__(self, settings: RootSmoothing | None = None) -> None:
        self._settings = settings or RootSmoothing()
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._images: list[People] = []
        self._legs: list[Array] = []
        self._ups: list[Array] = []
        self.contacts: list[Array] = []
        """(P, 2, 2) of each image last given out: how surely ankle and toes of each foot stand."""

    def push(self, item: People) -> Sequence[People]:
        """See Stage."""
        self._images.append(item)
        turns = leg_turns(item.pose_wxyz)
        self._ups.append(self._up(item, turns))
        self._legs.append(leg_joints(turns, item.rest_joints))
        return []

    def flush(self) -> Sequence[People]:
        """See Stage."""
        images, legs, ups = self._images, self._legs, self._ups
        self.reset()
        if not images:
            return []
        rows = _Rows(images, legs, ups)
        contacts = np.zeros((len(rows.keys), 4))
        moved = np.zeros((len(rows.keys), 2, 3))
        for own, done in rows.smoothed(np.array([image.t_s for image in images]), self._settings):
            rows.places[own], contacts[own], moved[own] = done.places, done.contacts, done.moved
        cuts = np.cumsum([len(image.keys) for image in images])[:-1]
        self.contacts = [part.reshape(-1, 2, 2).swapaxes(1, 2) for part in np.split(contacts, cuts)]
        parts = zip(images, legs, np.split(rows.places, cuts), np.split(moved, cuts), strict=True)
        return [
            replace(image, places=places, pose_wxyz=reach_legs(image.pose_wxyz, joints, reach))
            for image, joints, places, reach in parts
        ]

    def _up(self, people: People, turns: Array) -> Array:
        """(3,) as people have shown it so far."""
        if people.cut or not self._ups:
            return LEVEL_UP
        dt_s = people.t_s - self._images[-2].t_s
        gain = dt_s / (dt_s + self._settings.up_s)
        return seen_up(self._ups[-1], turns, gain)


class _Rows:
    """All people of all images under each other."""

    def __init__(
        self, images: Sequence[People], legs: Sequence[Array], ups: Sequence[Array]
    ) -> None:
        counts = [len(image.keys) for image in images]
        self.keys: Ints = np.concatenate([image.keys for image in images])
        self.t_s = np.repeat([image.t_s for image in images], counts)
        self.places = np.concatenate([image.places for image in images])
        self._legs = np.concatenate(legs)
        self._seen = np.concatenate([image.seen for image in images])
        self._visibility = np.concatenate([image.visibility[:, FEET] for image in images])
        self._noise = np.concatenate([image.noise for image in images])
        self._begins = np.concatenate([image.fresh | image.cut for image in images])
        self._up = np.repeat(np.array(ups), counts, axis=0)
        self._image = np.repeat(np.arange(len(images)), counts)

    def courses(self) -> Iterator[Ints]:
        """(T,) rows of one person whose motion goes on, in order of time."""
        order = np.argsort(self.keys, kind="stable")
        apart = np.diff(self.keys[order]) != 0
        apart |= self._begins[order][1:] | (np.diff(self._image[order]) > 1)
        return iter(np.split(order, np.flatnonzero(apart) + 1)) if len(order) else iter(())

    def smoothed(self, t_s: Array, settings: RootSmoothing) -> Iterator[tuple[Ints, Smoothed]]:
        """All courses, each as a camera that stands would have seen it, and back; `t_s` (T,)."""
        courses = list(self.courses())
        parts = [(self._image[own], self.course(own)) for own in courses]
        long = [part for part in parts if len(part[0]) >= SHORTEST]
        shift = camera_shift(long, t_s, settings)
        for own, (images, course) in zip(courses, shifted(parts, -shift), strict=True):
            done = smooth_course(course, settings)
            places = done.places + np.pad(shift[images], ((0, 0), (0, 1)))
            yield own, replace(done, places=places)

    def course(self, rows: Ints) -> Course:
        """What there is to know of it."""
        return Course(
            t_s=self.t_s[rows],
            seen=self._seen[rows],
            places=self.places[rows],
            noise=self._noise[rows],
            legs=self._legs[rows],
            up=self._up[rows],
            visibility=self._visibility[rows],
        )
