# SPDX-License-Identifier: GPL-3.0-or-later
"""When keys stand: which instants of a take, and on which frames of the scene. Pure NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

import numpy as np

from livemocap.rotation import Array
from retarget.motion import PersonMotion
from retarget.rates import measured_rate

_EARLY = 1e-3
"""How much of a frame somebody may come late or leave early and still be counted."""


class KeyRate(Enum):
    """Where keys stand."""

    SCENE = "scene"
    """On every frame of the scene."""
    TAKE = "take"
    """At the instants of the take, mostly between frames."""
    CUSTOM = "custom"
    """So many a second."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The part of a take that is wanted, in seconds from its first frame."""

    start_s: float = 0.0
    end_s: float | None = None
    """None: to the end."""

    def shows(self, first_s: float, last_s: float) -> bool:
        """Whether anything of what lies between these is in it."""
        return last_s >= self.start_s and (self.end_s is None or first_s <= self.end_s)


WHOLE = Window()


@dataclass(frozen=True, kw_only=True)
class KeyTimes:
    """When is which frame. The scene's own rate is never touched; the window's start stands on
    `frame_start`."""

    frame_start: int
    fps: Fraction
    """Of the scene."""
    rate: KeyRate = KeyRate.SCENE
    custom: Fraction = Fraction(30)
    every: int = 1
    """Keys on every n-th of these instants, and on the last one."""
    window: Window = WHOLE

    def keys(self, motion: PersonMotion) -> tuple[Array, Array]:
        """(T,) frames of the scene that keys stand on, and (T,) s in the motion's own time."""
        hz, window = self._hz(motion), self.window
        # instants of the take itself are counted from its start, others from the window's
        origin_s = 0.0 if self.rate is KeyRate.TAKE else window.start_s
        first_s = max(motion.start_s, window.start_s) - origin_s
        last_s = motion.start_s + float(motion.times_s[-1])
        last_s = (last_s if window.end_s is None else min(last_s, window.end_s)) - origin_s
        first = int(np.ceil(first_s * hz - _EARLY))
        last = max(first, int(np.floor(last_s * hz + _EARLY)))
        ticks = np.arange(first, last + 1)
        if self.every > 1:
            ticks = np.unique(np.append(ticks[:: self.every], last))
        shift = (origin_s - window.start_s) * self.fps
        frames = self.frame_start + float(shift) + ticks * float(self.fps / hz)
        return frames, ticks / float(hz) - motion.start_s + origin_s

    def _hz(self, motion: PersonMotion) -> Fraction:
        if self.rate is KeyRate.SCENE:
            return self.fps
        return self.custom if self.rate is KeyRate.CUSTOM else measured_rate(motion.times_s)


def exact_rate(fps: int, fps_base: float) -> Fraction:
    """Frames a second as Blender's two numbers mean them: it keeps the second in single precision,
    24 / 1.001 being 24000 / 1001."""
    return Fraction(fps) / Fraction(round(fps_base, 6)).limit_denominator(1_000_000)
