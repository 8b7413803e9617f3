"""What is remembered of one person while their parameters are looked for."""

from __future__ import annotations

from collections import deque

import numpy as np

from livemocap.rotation import Array

from .job import Job, Outcome, Task
from .keyframes import BACK_S, Keyframe, Look, Ring
from .parameters import COUNT, Parameters
from .proportions import bones_at_rest
from .settings import (
    AGAIN_LOCKED_S,
    AGAIN_S,
    FIRST_LOOKS,
    HELD_LOOKS,
    JUDGE_S,
    LOCK_LOOKS,
    LOOK_S,
    WORTH,
)

_HISTORY = 4
"""Looks back in time, of LOOK_S each, that reach BACK_S."""


class Person:
    """Keyframes of one person, and when to work on them. Bounded, whatever comes.

    Args:
        height_held: how tall people are was given.
        generation: unlike that of anybody before; what was begun for an older one is void.
    """

    def __init__(self, key: int, height_held: bool, generation: int) -> None:
        self.key, self._height_held = key, height_held
        self._generation = generation
        self.now, self._before = Parameters.none(), [Parameters.none()]
        self._busy = self._judge = False
        self._again_s = self._judge_s = -np.inf
        self.served_s = -np.inf
        """When a job was last taken on."""
        self._forget()

    def _forget(self) -> None:
        self._ring, self._history = Ring(), deque[Look](maxlen=_HISTORY)
        self._sightings = self._bad = 0
        self._anchor = np.zeros(COUNT)

    @property
    def locked(self) -> bool:
        """Whether proportions are decided."""
        return self.now.locked

    def look(self, seen: Look, error: float, bones: Array) -> None:
        """Take in a sound look.

        Args:
            error: how far off points are as the person is shown, in solve.POINT_M.
            bones: (21, 3) m at rest, as the engine has them.
        """
        self._sightings += 1
        self._bad = self._bad + 1 if error > WORTH else 0
        back = self._look_back(seen.t_s)
        self._history.append(seen)
        if back:
            held_out = self._ring.add(Keyframe.of(seen, back, bones))
            self._judge |= held_out and not self.now.idle

    def _look_back(self, now_s: float) -> Look | None:
        """The look nearest to BACK_S before, unless there was a gap."""
        off = [abs(now_s - look.t_s - BACK_S) for look in self._history]
        if not off or min(off) > LOOK_S:
            return None
        return self._history[int(np.argmin(off))]

    def job(self, now_s: float, rest_joints: Array, faded: Parameters) -> Job | None:
        """Something to do, if there is and it pays.

        Args:
            rest_joints: (55, 3) m, as the engine has them.
            faded: what is used now, with what has faded of it.
        """
        if self._busy or not self._ring.ready:
            return None
        due = self._sightings >= FIRST_LOOKS and now_s >= self._again_s
        pays = self._bad >= HELD_LOOKS or self._lock_due
        if due and pays:
            return Job(self._task(rest_joints, faded, solve=True))
        if self._judge and now_s >= self._judge_s:
            return Job(self._task(rest_joints, faded, solve=False))
        return None

    @property
    def _lock_due(self) -> bool:
        """Whether proportions were changed, and enough is seen to decide on them."""
        changed = bool(self.now.factors.any())
        return changed and not self.locked and self._sightings >= LOCK_LOOKS

    def _task(self, rest_joints: Array, faded: Parameters, *, solve: bool) -> Task:
        return Task(
            key=self.key,
            generation=self._generation,
            bones=bones_at_rest(rest_joints),
            kept=tuple(self._ring.kept) if solve else (),
            held_out=tuple(self._ring.held_out),
            now=faded,
            before=tuple(self._before),
            anchor=self._anchor,
            shape_held=self.locked,
            height_held=self._height_held,
        )

    def began(self, job: Job, now_s: float) -> None:
        """A job of this person has been taken on."""
        self._busy, self.served_s = True, now_s
        if job.task.kept:
            self._again_s = now_s + (AGAIN_LOCKED_S if self.locked else AGAIN_S)
        else:
            self._judge, self._judge_s = False, now_s + JUDGE_S

    def take(self, outcome: Outcome) -> Parameters | None:
        """Take in what has come of a job; the parameters to use from now on, if they are others."""
        if outcome.generation != self._generation:
            return None
        self._busy = False
        if outcome.verdict == "worse":
            return self._take_back(outcome.chosen)
        self._anchor = outcome.anchor
        lock = self.locked or (self._sightings >= LOCK_LOOKS and outcome.chosen.factors.any())
        if outcome.verdict == "kept" and lock == self.locked:
            return None
        if outcome.verdict == "better":
            self._before = [Parameters.none(), self.now]
        self.now = Parameters(outcome.chosen.vector, bool(lock))
        return self.now

    def _take_back(self, chosen: Parameters) -> Parameters:
        """Go back, and look anew: what led here was not to be believed."""
        self.now, self._before = chosen, [Parameters.none()]
        self._forget()
        return chosen

    def relock(self, generation: int) -> Parameters:
        """Measure anew; what was found stays in use until there is something better."""
        self._generation = generation
        self._busy = self._judge = False
        self._forget()
        self._again_s = -np.inf
        self.now = Parameters(self.now.vector, False)
        return self.now
