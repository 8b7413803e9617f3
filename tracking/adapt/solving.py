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
        for i, row in enumerate(rows.tolist()):
            seen = Look(people.t_s, rotations[i], pelvis[i], points[i], sure[i])
            self._see(int(people.keys[row]), seen, float(found[i]), people.rest_joints[row], used)

    def _see(
        self, key: int, seen: Look, error: float, rest: Array, used: Mapping[int, Parameters]
    ) -> None:
        """One person's look, and work for them if it pays."""
        person = self._people.get(key)
        if person is None:
            self._generation += 1
            person = self._people[key] = Person(key, self._height_held, self._generation)
        rest = rest.astype(float)
        person.look(seen, error, bones_at_rest(rest))
        job = person.job(seen.t_s, rest, used.get(key, Parameters.none()))
        if job and self._worker.submit(job):
            person.began()

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
