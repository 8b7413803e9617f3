"""One piece of work for one person: solve and judge, in steps that may be spread over images."""

from __future__ import annotations

import logging
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

_LOG = logging.getLogger(__name__)


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
    """What was used before, to go back to; at least what changes nothing."""
    anchor: Array
    shape_held: bool
    height_held: bool


class Job:
    """Runs a task step by step: Gauss-Newton steps, then a judgement of each candidate."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.outcome: Outcome | None = None
        self._solver: Solver | None = None
        self._steps_left = MOST_STEPS if task.kept else 0
        self._judged: list[tuple[Parameters, float]] = []
        self._to_judge: list[Parameters] | None = None

    def hurry(self) -> None:
        """The time is up: judge what there is."""
        self._steps_left = 0

    def step(self) -> None:
        """Go on by one step. What cannot be solved changes nothing."""
        try:
            self._step()
        except np.linalg.LinAlgError:
            self._end(self.task.now, "kept")
        except Exception:
            _LOG.exception("adaptation failed; what was found before stays")
            self._end(self.task.now, "kept")

    def _step(self) -> None:
        if self._steps_left:
            self._solve()
        elif self._to_judge is None:
            self._to_judge = self._candidates()
        elif self._to_judge:
            wanted = self._to_judge.pop(0)
            error = held_out_error(self.task.held_out, self.task.bones, wanted)
            self._judged.append((wanted, error))
        else:
            self._decide()

    def _solve(self) -> None:
        task = self.task
        if self._solver is None:
            problem = Problem.of(task.kept, task.bones, task.anchor)
            problem = replace(problem, shape_held=task.shape_held, height_held=task.height_held)
            self._solver = Solver(problem, task.now)
        self._solver.step()
        self._steps_left = 0 if self._solver.done else self._steps_left - 1

    def _candidates(self) -> list[Parameters]:
        """What is used, what could be gone back to; of a solution: itself, without turns, and what
        is used with its offsets, since what nobody sees is no gain."""
        task = self.task
        if not self._solver:
            return [*task.before, task.now]
        found = self._solver.solution.modest()
        if task.height_held:
            found = found.larger(-height_slopes(task.bones, found.factors)[0])
        known = task.now.with_offsets(found.offsets)
        return [*task.before, task.now, known, found.without_turns(), found]

    def _decide(self) -> None:
        """Go back, go on, or stay, as the keyframes say that were held out."""
        before = len(self.task.before)
        back, back_error = min(self._judged[:before], key=lambda judged: judged[1])
        now, error = self._judged[before]
        if error > (1 + LOSS) * back_error:
            self._end(back, "worse")
            return
        if self._solver:
            known, plain, found = self._judged[before + 1 :]
            best = found if found[1] < (1 - TURNS_GAIN) * plain[1] else plain
            if best[1] < (1 - GAIN) * known[1]:
                self._end(best[0], "better")
                return
        self._end(now, "kept")

    def _end(self, chosen: Parameters, verdict: str) -> None:
        anchor = self._solver.anchor if self._solver else self.task.anchor
        self.outcome = Outcome(self.task.key, self.task.generation, chosen, anchor, verdict)
