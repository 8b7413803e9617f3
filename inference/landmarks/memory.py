"""What the fit remembers of people from image to image."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .observation import Array, PersonLandmarks, Side
from .shape import Build, ShapeFitter

_FIRST_DT_S = 1 / 30
_SHORTEST_DT_S = 1e-3
_LONGEST_DT_S = 0.5
_FORGET_S = 60.0


@dataclass(slots=True)
class Memory:
    """One person's past."""

    build: Build
    t_s: float
    dt_s: float = _FIRST_DT_S
    """Since the image before."""
    pose: tuple[Array, Array, float] | None = None
    """(D,) rad, (3, 3), m: angles, pelvis rotation and depth of the previous image."""
    palms: dict[Side, Array] = field(default_factory=dict)
    """`Palms.relative` of the previous image."""


class Memories:
    """Everybody's past, by engine_id."""

    def __init__(self, shape: ShapeFitter) -> None:
        self._shape = shape
        self._of: dict[int, Memory] = {}

    def recall(self, person: PersonLandmarks, body: Array) -> Memory:
        """Somebody's past, with this image's proportions (33, 3) m taken into account."""
        memory = self._of.get(person.engine_id)
        if memory is None or person.is_new:
            memory = Memory(self._shape.start(), person.t_s - _FIRST_DT_S)
            self._of[person.engine_id] = memory
        memory.dt_s = float(np.clip(person.t_s - memory.t_s, _SHORTEST_DT_S, _LONGEST_DT_S))
        memory.t_s = person.t_s
        self._shape.observe(memory.build, body, person.visibility, memory.dt_s)
        return memory

    def forget(self, now_s: float) -> None:
        """Drop those who have been gone for long."""
        gone = [i for i, m in self._of.items() if now_s - m.t_s > _FORGET_S]
        for engine_id in gone:
            del self._of[engine_id]
