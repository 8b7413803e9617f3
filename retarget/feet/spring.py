"""Something that is let go: it returns to zero without overshoot, and starts as it was moving.

Exact for steps of any length, so that a stream of uneven frames moves as an even one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .rows import Rows


@dataclass(slots=True)
class Spring(Rows):
    """Critically damped, over any shape."""

    value: Array
    speed: Array

    @staticmethod
    def at_rest(shape: tuple[int, ...]) -> Spring:
        return Spring(np.zeros(shape), np.zeros(shape))

    def step(self, dt_s: Array, time_s: Array) -> None:
        """Towards zero: after `time_s` (broadcasts) three quarters are left of a value at rest."""
        rate = 1 / time_s
        left = np.exp(-dt_s * rate)
        pull = (self.speed + self.value * rate) * left
        self.value = self.value * left + pull * dt_s
        self.speed = pull - self.value * rate

    def let_go(self, where: Array, value: Array, speed: Array) -> None:
        """Start anew where `where` (broadcasts) is true."""
        self.value = np.where(where, value, self.value)
        self.speed = np.where(where, speed, self.speed)
