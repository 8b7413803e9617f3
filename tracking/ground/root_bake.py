"""The root of a whole take: everybody's course solved at once when all of it is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array

from ..people import Ints, People
from .leg_ik import reach_legs
from .legs import FEET, LEVEL_UP, leg_joints, leg_turns, seen_up
from .settings import RootSmoothing
from .whole_course import Course
from .whole_take import smooth_take


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
        courses = list(rows.courses())
        parts = [(rows.image[own], rows.course(own)) for own in courses]
        t_s, shots = np.array([image.t_s for image in images]), np.cumsum([p.cut for p in images])
        for own, done in zip(courses, smooth_take(parts, t_s, shots, self._settings), strict=True):
            rows.places[own], contacts[own], moved[own] = done.places, done.contacts, done.moved
        cuts = np.cumsum([len(image.keys) for image in images])[:-1]
        self.contacts = [part.reshape(-1, 2, 2).swapaxes(1, 2) for part in np.split(contacts, cuts)]
        out = zip(images, legs, np.split(rows.places, cuts), np.split(moved, cuts), strict=True)
        return [
            replace(image, places=places, pose_wxyz=reach_legs(image.pose_wxyz, joints, reach))
            for image, joints, places, reach in out
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
        self.image = np.repeat(np.arange(len(images)), counts)

    def courses(self) -> Iterator[Ints]:
        """(T,) rows of one person whose motion goes on, in order of time."""
        order = np.argsort(self.keys, kind="stable")
        apart = np.diff(self.keys[order]) != 0
        apart |= self._begins[order][1:] | (np.diff(self.image[order]) > 1)
        return iter(np.split(order, np.flatnonzero(apart) + 1)) if len(order) else iter(())

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
