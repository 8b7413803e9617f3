"""Parameters solved for beside the stream, against the 2D evidence of the same images."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from livemocap.messages import TRACK_OBSERVED
from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import BODY_JOINTS

from ..association.motion import pelvis_of
from ..people import People
from .evidence import points_of, refusal
from .keyframes import Look
from .looking import shown_errors
from .parameters import Parameters
from .person import Person
from .proportions import bones_at_rest
from .settings import LEAST_POINTS, LEAST_SCORE, LEAST_SURE, LOOK_S
from .source import Swaps
from .worker import Worker

_LOG = logging.getLogger(__name__)


class Solving:
    """Looks at people some times a second, and has a worker solve for whom it pays.

    Args:
        height_held: how tall people are was given.
    """

    def __init__(self, worker: Worker, height_held: bool) -> None:
        self._worker, self._height_held = worker, height_held
        self._people: dict[int, Person] = {}
        self._relocked: Swaps = {}
        self._looked_s = -np.inf
        self._generation = 0
        self._told = self._state = ""
        self._swaps = self._taken_back = 0

    def due(self, people: People) -> Swaps:
        """See Source."""
        swaps, self._relocked = self._relocked, {}
        for outcome in self._worker.finished():
            person = self._people.get(outcome.key)
            taken = person.take(outcome) if person else None
            if taken:
                swaps[outcome.key] = taken
                self._taken_back += outcome.verdict == "worse"
        self._swaps += len(swaps)
        return swaps

    def learn(self, people: People, shown: People, used: Mapping[int, Parameters]) -> None:
        """See Source."""
        if not 0 <= people.t_s - self._looked_s < LOOK_S - 1e-6:
            self._looked_s = people.t_s
            if self._evidence(people):
                self._look(people, shown, used)
        self._worker.between_images()

    def _evidence(self, people: People) -> bool:
        """Whether the keypoints tell anything; why not is said once."""
        why_not = refusal(people.frame)
        if why_not and why_not != self._told and len(people.rows):
            _LOG.warning("people are not adapted: %s", why_not)
            self._told = why_not
        self._state = f"off: {why_not}" if why_not else "on"
        return not why_not

    def _look(self, people: People, shown: People, used: Mapping[int, Parameters]) -> None:
        rows = np.flatnonzero(
            people.seen
            & (people.ids > 0)
            & (people.scores >= LEAST_SCORE)
            & (people.states == TRACK_OBSERVED)
        )
        points, sure = points_of(people.frame, people.rows[rows])
        sound = (sure >= LEAST_SURE).sum(1) >= LEAST_POINTS
        rows, points, sure = rows[sound], points[sound], sure[sound]
        if not len(rows):
            return
        found = shown_errors(shown, rows, points, sure)
        rotations = matrix_from_quat(people.pose_wxyz[rows, :BODY_JOINTS])
        pelvis = pelvis_of(people.places[rows])
        rests = people.rest_joints[rows].astype(float)
        looked: list[tuple[Person, Array]] = []
        for i, key in enumerate(people.keys[rows].tolist()):
            seen = Look(people.t_s, rotations[i], pelvis[i], points[i], sure[i])
            person = self._person(key)
            person.look(seen, float(found[i]), bones_at_rest(rests[i]))
            looked.append((person, rests[i]))
        self._work(looked, people.t_s, used)

    def _work(
        self, looked: list[tuple[Person, Array]], now_s: float, used: Mapping[int, Parameters]
    ) -> None:
        """Jobs for whom it pays, first for whoever has waited longest, as many as are taken on."""
        for person, rest in sorted(looked, key=lambda one: one[0].served_s):
            job = person.job(now_s, rest, used.get(person.key, Parameters.none()))
            if job is None:
                continue
            if not self._worker.submit(job):
                return
            person.began(job, now_s)

    def _person(self, key: int) -> Person:
        person = self._people.get(key)
        if person is None:
            self._generation += 1
            person = self._people[key] = Person(key, self._height_held, self._generation)
        return person

    def forget(self, keys: Sequence[int]) -> None:
        """See Source."""
        for key in keys:
            self._people.pop(key, None)
            self._relocked.pop(key, None)

    def relock(self, key: int) -> None:
        """See Source."""
        if person := self._people.get(key):
            self._generation += 1
            self._relocked[key] = person.relock(self._generation)

    def state(self) -> dict[str, Any]:
        """See Source."""
        return {
            "adapt": self._state or "on",
            "adapt_swaps": self._swaps,
            "adapt_taken_back": self._taken_back,
            "adapt_locked": sum(person.locked for person in self._people.values()),
            "adapt_job_ms": round(self._worker.spent_ms, 2),
        }

    def close(self) -> None:
        """See Source."""
        self._worker.close()
