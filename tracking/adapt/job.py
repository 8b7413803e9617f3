"""One piece of work for one person: solve and judge, in steps that may be spread over images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from livemocap.rotation import Array

from .judge import held_out_error
from .keyframes import Keyframe
from .parameters import Parameters
from .proportions import height_slopes
from .settings import GAIN, LOSS, MOST_STEPS, TURNS_GAIN
from .solve import Problem, Solver


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What has come of a job."""

    key: int
    generation: int
    """Of the person's state when the job began: an answer to an older one is void."""
    chosen: Parameters
    """To be used from now on."""
    anchor: Array
    verdict: str
    """`better`, `kept` (nothing better was found) or `worse` (what was used is taken back)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Task:
    """What a job is about."""

    key: int
    generation: int
    bones: Array
    """(21, 3) m at rest, as the engine has them."""
    kept: Sequence[Keyframe]
    """To solve on; empty to judge only."""
    held_out: Sequence[Keyframe]
    now: Parameters
    before: Sequence[Parameters]
    """What was used before, to go back to."""
    anchor: Array
    shape_held: bool
    height_held: bool


class Job:
    """Runs a task step by step."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.outcome: Outcome | None = None
        self._solver: Solver | None = None
        self._steps = 0

    def step(self) -> None:
        """Go on by one step; the last one judges. What cannot be solved changes nothing."""
        try:
            self._step()
        except np.linalg.LinAlgError:
            self._end(self.task.now, "kept")

    def _step(self) -> None:
        task = self.task
        if self._solver is None and task.kept:
            problem = Problem.of(task.kept, task.bones, task.anchor)
            problem = replace(problem, shape_held=task.shape_held, height_held=task.height_held)
            self._solver = Solver(problem, task.now)
        if self._solver and not self._solver.done and self._steps < MOST_STEPS:
            self._solver.step()
            self._steps += 1
        else:
            self.conclude()

    def conclude(self) -> None:
        """Judge what there is by now on keyframes that were held out."""
        task = self.task
        candidate = self._candidate()
        now = self._error(task.now)
        back = min(task.before, key=self._error, default=task.now)
        if now > (1 + LOSS) * self._error(back):
            self._end(back, "worse")
            return
        plain = candidate.without_turns()
        chosen = self._if_better(plain, candidate, TURNS_GAIN)
        known = task.now.with_offsets(candidate.offsets)  # what nobody sees is no gain
        if self._if_better(known, chosen, GAIN) is chosen:
            self._end(chosen, "better")
        else:
            self._end(task.now, "kept")

    def _candidate(self) -> Parameters:
        """What there is of the solution that can be believed, as tall as was given."""
        if not self._solver:
            return self.task.now
        modest = self._solver.solution.modest()
        if not self.task.height_held:
            return modest
        return modest.larger(-height_slopes(self.task.bones, modest.factors)[0])

    def _if_better(self, old: Parameters, new: Parameters, gain: float) -> Parameters:
        return new if self._error(new) < (1 - gain) * self._error(old) else old

    def _error(self, wanted: Parameters) -> float:
        return held_out_error(self.task.held_out, self.task.bones, wanted)

    def _end(self, chosen: Parameters, verdict: str) -> None:
        anchor = self._solver.anchor if self._solver else self.task.anchor
        self.outcome = Outcome(self.task.key, self.task.generation, chosen, anchor, verdict)
