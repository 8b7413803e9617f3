"""Locks feet to the ground on the way out: places and poses of one image after the other."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array

from ..people import Ints, People
from .course import Step
from .foot_lock import step_lock
from .leg_ik import reach_legs
from .legs import feet_of
from .odometry import pelvis_at
from .settings import RootSmoothing


def led_back(
    shown: Array, places: Array, rates: Array, step: Step, settings: RootSmoothing
) -> Array:
    """(P, 3) places to show: they move at `rates`, and get to `places` little by little.

    What a filter learns of the past moves its place as well; nobody is to see that as a jump.
    `shown` is of the step before.
    """
    if not len(shown) or not len(places):
        return places
    was = shown if step.rows is None else shown[step.rows]
    off = was - (places - step.dt_s * rates)
    now = places + math.exp(-step.dt_s / settings.rejoin_s) * off
    if step.rows is not None:
        now[step.rows < 0] = places[step.rows < 0]
    return now


class Footing:
    """Remembers where everybody's feet stood in the last image that went out."""

    def __init__(self, settings: RootSmoothing) -> None:
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget everybody."""
        self._moved = np.zeros((0, 2, 3))
        self._stood = np.zeros((0, 4, 3))

    def planted(
        self, people: People, legs: Array, contacts: Array, dt_s: float, rows: Ints | None
    ) -> People:
        """The same with legs that reach for where the feet stand.

        Args:
            people: with the places that go out.
            legs: (P, 4, 2, 3) m from the pelvis.
            contacts: (P, 4) probabilities.
            dt_s: since the last image.
            rows: (P,) where each stood in it, -1 for newcomers; None if nothing has changed.
        """
        stand = feet_of(legs) + pelvis_at(people.places)[:, None]
        if rows is None:
            moved, slips = self._moved, stand - self._stood
        elif len(self._moved):
            moved, slips = self._moved[rows], stand - self._stood[rows]
            moved[rows < 0], slips[rows < 0] = 0.0, 0.0
        else:
            moved, slips = np.zeros((len(stand), 2, 3)), np.zeros_like(stand)
        self._moved = step_lock(moved, slips, contacts, dt_s, self._settings)
        self._stood = stand
        return replace(people, pose_wxyz=reach_legs(people.pose_wxyz, legs, self._moved))
