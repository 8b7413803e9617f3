"""A course put together from wires of growing stiffness, as far as each shows motion.

What a soft wire has more than the next stiffer one is motion and errors. How much of it errors
would make alone is known, so it is taken in by the share that is left for motion there and then
(Wiener's gain, in the positive-part form of James and Stein 1961). A joint at rest is left with the
stiffest wire, and next to a strike the softest one counts.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .errors import between, wandered
from .fits import gradual
from .settings import PoseSmoothing
from .stiff import Wires, usual_step


class Levels:
    """Smooths joints seen at the same (T,) times."""

    def __init__(self, t_s: Array, settings: PoseSmoothing) -> None:
        self._t_s, self._settings = t_s, settings
        self._wires = Wires(t_s)
        self._shares = between(usual_step(t_s), settings.holds_s, settings.bend_s)

    def smooth(self, value: Array, weight: Array) -> Array:
        """(T, 4) unit quaternions of one sign, with (T,) weights; not of unit length any more."""
        s, draw = self._settings, self._wires.drawn
        levels = [draw(value, weight, hold_s, s.bend_s) for hold_s in s.holds_s]
        doubt = s.doubt * min(wandered(self._t_s, value), s.most_error_rad**2 / 4)
        found = levels[-1]
        for soft, stiff, share in zip(
            levels[-2::-1], levels[:0:-1], self._shares[::-1], strict=True
        ):
            more = soft - stiff
            found = found + self._motion(more, share * doubt)[:, None] * more
        return found + self._strike(value, weight, levels[0])

    def _motion(self, more: Array, errors: float) -> Array:
        """(T,) what share of (T, 4) is motion, given the mean square that errors make of it."""
        squares = (more * more).sum(1)[:, None]
        around = self._wires.drawn(squares, np.ones(len(more)), self._settings.pool_s)[:, 0]
        return np.maximum(1 - errors / np.maximum(around, 1e-12), 0)

    def _strike(self, value: Array, weight: Array, softest: Array) -> Array:
        """(T, 4) what the softest wire cuts off of a strike."""
        s = self._settings
        cut_off = self._wires.drawn(value, weight, *s.strike_hold_s) - softest
        # a chord between quaternions is half the angle between their rotations
        part = gradual(2 * np.sqrt((cut_off * cut_off).sum(1)), *s.cut_off_rad)
        return part[:, None] * cut_off
