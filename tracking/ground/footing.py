"""Locks feet to the ground on the way out: places and poses of one image after the other."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array

from ..people import People
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

    def planted(self, step: Step, places: Array, contacts: Array) -> People:
        """People at `places` (P, 3) whose legs reach for where the feet stand.

        Args:
            step: the one after that of the last call.
            places: (P, 3) to show.
            contacts: (P, 4) probabilities.
        """
        people, rows = step.people, step.rows
        stand = feet_of(step.legs) + pelvis_at(places)[:, None]
        if rows is None:
            moved, slips = self._moved, stand - self._stood
        elif len(self._moved):
            moved, slips = self._moved[rows], stand - self._stood[rows]
            moved[rows < 0], slips[rows < 0] = 0.0, 0.0
        else:
            moved, slips = np.zeros((len(stand), 2, 3)), np.zeros_like(stand)
        self._moved = step_lock(moved, slips, contacts, step.dt_s, self._settings)
        self._stood = stand
        pose = reach_legs(people.pose_wxyz, step.legs, self._moved)
        return replace(people, places=places, pose_wxyz=pose)
