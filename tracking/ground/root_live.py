"""The root without look-ahead: detected places and planted feet in one Kalman filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array

from ..people import People
from .course import Step, began, next_step
from .footing import Footing, led_back
from .settings import RootSmoothing


class LiveRoot:
    """A stage that writes `places` and legs: smooth, and still where a foot stands."""

    look_ahead_s = 0.0

    def __init__(self, settings: RootSmoothing | None = None) -> None:
        self._settings = settings or RootSmoothing()
        self._footing = Footing(self._settings)
        self.reset()

    def reset(self) -> None:
        """See Stage."""
        self._last: Step | None = None
        self._shown = np.zeros((0, 3))
        self._footing.reset()

    def flush(self) -> Sequence[People]:
        """See Stage."""
        self.reset()
        return []

    @property
    def contacts(self) -> Array:
        """(P, 2, 2) of the people last pushed: how surely ankle and toes of either foot stand."""
        flat = self._last.contacts if self._last else np.zeros((0, 4))
        return flat.reshape(-1, 2, 2).swapaxes(1, 2)

    def push(self, item: People) -> Sequence[People]:
        """See Stage."""
        if self._last is None:
            step = began(item, self._settings)
        else:
            step = next_step(self._last, item, self._settings)
        known = step.known.first(3)
        self._shown = led_back(self._shown, known.x, known.v, step, self._settings)
        self._last = step
        out = replace(item, places=self._shown)
        return [self._footing.planted(out, step.legs, step.contacts, step.dt_s, step.rows)]
