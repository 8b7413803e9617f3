"""Who does the work: a thread beside the stream within milliseconds, or steps between images."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from typing import Protocol

from .job import Job, Outcome

_MOST_WAITING = 8
"""Jobs that wait; with more people than that, some are asked again later."""
_BREATH_S = 0.0005
"""The thread lets the stream go first between two steps."""


class Worker(Protocol):
    """Does jobs, in order."""

    spent_ms: float
    """How long the last job took."""

    def submit(self, job: Job) -> bool:
        """Take on a job; False if there are too many."""
        ...

    def between_images(self) -> None:
        """An image is through, and nobody waits."""
        ...

    def finished(self) -> list[Outcome]:
        """What is done since last asked."""
        ...

    def close(self) -> None:
        """Stop; what is not done never will be."""
        ...


class InSteps:
    """Works between images, by a number of steps for each: the same input gives the same takes."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._waiting: deque[Job] = deque()
        self._done: list[Outcome] = []
        self.spent_ms = self._so_far_ms = 0.0

    def submit(self, job: Job) -> bool:
        """See Worker."""
        if len(self._waiting) >= _MOST_WAITING:
            return False
        self._waiting.append(job)
        return True

    def between_images(self) -> None:
        """See Worker."""
        for _ in range(self._steps):
            if not self._waiting:
                return
            began_s = time.perf_counter()
            job = self._waiting[0]
            job.step()
            self._so_far_ms += (time.perf_counter() - began_s) * 1e3
            if job.outcome:
                self._done.append(job.outcome)
                self._waiting.popleft()
                self.spent_ms, self._so_far_ms = self._so_far_ms, 0.0

    def finished(self) -> list[Outcome]:
        """See Worker."""
        done, self._done = self._done, []
        return done

    def close(self) -> None:
        """See Worker."""
        self._waiting.clear()


class InThread:
    """Works beside the stream, each job for so many milliseconds of the processor's time."""

    def __init__(self, budget_ms: float) -> None:
        self._budget_s = budget_ms * 1e-3
        self._waiting: queue.Queue[Job | None] = queue.Queue(_MOST_WAITING)
        self._done: deque[Outcome] = deque()
        self.spent_ms = 0.0
        self._thread: threading.Thread | None = None

    def submit(self, job: Job) -> bool:
        """See Worker; the thread starts with the first job."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="adapt", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(job)
        except queue.Full:
            return False
        return True

    def between_images(self) -> None:
        """See Worker."""

    def finished(self) -> list[Outcome]:
        """See Worker."""
        done: list[Outcome] = []
        while self._done:
            done.append(self._done.popleft())
        return done

    def close(self) -> None:
        """See Worker."""
        if self._thread:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while job := self._waiting.get():
            self._do(job)

    def _do(self, job: Job) -> None:
        used_s = 0.0
        while job.outcome is None:
            began_s = time.thread_time()
            job.step()
            used_s += time.thread_time() - began_s
            if used_s >= self._budget_s:
                job.hurry()
            time.sleep(_BREATH_S)
        self.spent_ms = used_s * 1e3
        if job.outcome:
            self._done.append(job.outcome)
