"""The root without look-ahead: detected places and planted feet in one Kalman filter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array

from ..people import People
from .course import Step, Stepping
from .footing import Footing, led_back
from .settings import RootSmoothing


class LiveRoot:
    """A stage that writes `places` and legs: smooth, and still where a foot stands."""

    look_ahead_s = 0.0

    def __init__(self, settings: RootSmoothing | None = None) -> None:
        self._settings = settings or RootSmoothing()
        self._stepping = Stepping(self._settings)
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
        step = self._last = self._stepping.next(self._last, item)
        x, v = step.known.x[:, :3], step.known.v[:, :3]
        self._shown = led_back(self._shown, x, v, step, self._settings)
        return [self._footing.planted(step, self._shown, step.contacts)]
