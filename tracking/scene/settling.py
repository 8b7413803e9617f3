"""People settle on the floor: how far away they are, as their feet show little by little.

A body that is judged too far away is drawn along its own ray, so its feet sink below the floor
where the others stand, or float above it if it is judged too near.
"""

from __future__ import annotations

import math

import numpy as np

from livemocap.rotation import Array

from ..ground.floor import FAR_M, Floor
from ..people import Ints, carried
from .standing import lowest_soles

SETTLE_S = 2.0
"""Time constant with which somebody comes to stand on the floor: longer than steps and jumps."""
DEPTH_ERROR = 0.06
"""How far off, as a share of it, an estimate of somebody's distance usually is."""
HEIGHT_ERROR_M = 0.04
"""And how far off a sole's height is for other reasons."""
LOOK_S = 0.1
"""Least time between two looks at where feet are."""
_NOISE = (HEIGHT_ERROR_M / DEPTH_ERROR) ** 2


class Settling:
    """Remembers of everybody who is shown by how much to stretch their distance."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everybody."""
        self._keys: Ints = np.zeros(0, np.int64)
        self._stretch = self._wanted = self._seen = np.zeros(0)
        self._since_s = 0.0

    def step(
        self,
        keys: Ints,
        pelvis: Array,
        joints: Array,
        visibility: Array,
        floor: Floor,
        dt_s: float,
    ) -> Array:
        """One image on.

        Args:
            keys: (P,) who.
            pelvis: (P, 3) m in the camera's frame, as the next.
            joints: (P, 55, 3) m.
            visibility: (P, 55) 0..1; who does not show both ankles stays as they were.

        Returns:
            (P,) logarithms of the factors by which to stretch their distances.
        """
        self._since_s += dt_s
        changed = keys.tobytes() != self._keys.tobytes()
        if changed:
            self._stretch = np.append(self._stretch, 0.0)[carried(self._keys, keys)]
            self._keys = keys
        if changed or self._since_s >= LOOK_S - 1e-9:
            self._look(pelvis, joints, visibility, floor)
            self._since_s = 0.0
        share = self._seen * (1 - math.exp(-dt_s / SETTLE_S))
        self._stretch = self._stretch + share * (self._wanted - self._stretch)
        return self._stretch

    def _look(self, pelvis: Array, joints: Array, visibility: Array, floor: Floor) -> None:
        """What would bring everybody to stand on the floor, as likely as that is."""
        soles, self._seen = lowest_soles(joints, visibility, floor.up)
        heights = floor.over(soles)
        lift = pelvis @ floor.up  # of the feet, if the distance grows by its own size
        pull = lift / (1 + (heights / FAR_M) ** 2)
        self._wanted = pull * heights / -(pull * lift + _NOISE)
