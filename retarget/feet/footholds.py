"""Where the feet of a stream stand, decided without looking ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, normalize

from .contacts import ContactLimits
from .legs import HEEL, TOE, FeetAtRest, flat_feet, standing_feet
from .plant import FootLimits, flat_turn, floor_heights
from .vectors import UP, length

_SWAY = 0.35
"""How long a speed is kept before it is believed, in units of `FeetAtRest.unit_s`."""
_FLAT = np.array([1.0, 0.0, 1.0])


@dataclass(frozen=True, kw_only=True)
class Moving:
    """Points (P, 2, 2, 3) m of both feet, and their speed in m/s."""

    points: Array
    speed: Array


class Footholds:
    """Which heels and toes of P people are held, and where."""

    def __init__(self, rest: FeetAtRest, floor_m: float | None, limits: FootLimits) -> None:
        people = len(rest.leg)
        self._rest, self._floor_m, self._limits = rest, floor_m, limits
        self.held = np.zeros((people, 2, 2), bool)
        self.places = np.zeros((people, 2, 2, 3))
        self._strayed = np.zeros((people, 2, 2), bool)
        self._heading = np.zeros((people, 2, 3))
        self._pace = np.zeros((people, 2, 2, 3))

    def forget(self, fresh: Array) -> None:
        """(P,) whose feet are anywhere now."""
        self.held = self.held & ~fresh[:, None, None]
        self._strayed = self._strayed & ~fresh[:, None, None]
        self._pace = np.where(fresh[:, None, None, None], 0, self._pace)

    def step(self, dt_s: float, pose: Moving, out: Moving, contacts: Array, land_s: Array) -> Array:
        """Hold and let go; (P, 2) bool, the feet for which anything changed.

        Args:
            pose: as the pelvis now carries it.
            out: as last answered.
            contacts: (P, 2, 2) bool.
            land_s: (P,) time constant with which a foot comes to rest.
        """
        wanted = contacts & ~self._stray(dt_s, pose, contacts)
        new = wanted & ~self.held
        changed = standing_feet(wanted != self.held)
        glide = out.points + out.speed * land_s[:, None, None, None]
        glide[..., 1] = floor_heights(pose.points, self._rest, self._floor_m)
        self.places = np.where(new[..., None], glide, self.places)
        flat = (standing_feet(new) & flat_feet(wanted))[..., None]
        self._heading = np.where(flat, _heading(out.points), self._heading)
        self.held = wanted
        return changed

    def turns(self, points: Array) -> Array:
        """(..., P, 2, 3) rad: feet on heel and toe lie as they came to lie, others as posed."""
        rise = self.places[..., TOE, 1] - self.places[..., HEEL, 1]
        turn = flat_turn(points, self._heading, rise)
        return np.where(flat_feet(self.held)[..., None], turn, 0)

    def toes(self, points: Array, back: Array, rise: Array) -> Array:
        """(P, 2, 3) m where toes shall be, of points in the pose.

        Args:
            back: (P, 2, 3) m from toe to heel, of the feet as they are turned.
        """
        free = points[..., TOE, :] + rise[:, None, None] * UP
        by_heel = self.places[..., HEEL, :] - back
        held = np.where(self.held[..., HEEL, None], by_heel, free)
        return np.where(self.held[..., TOE, None], self.places[..., TOE, :], held)

    def _stray(self, dt_s: float, pose: Moving, contacts: Array) -> Array:
        """(P, 2, 2) points that the pose took too far from where they were held."""
        unit_s = self._rest.unit_s[..., None, None, None]
        share = 1 - np.exp(-dt_s / (_SWAY * unit_s))
        self._pace = self._pace + (pose.speed - self._pace) * share
        at_rest = length(self._pace) < (ContactLimits().still * self._rest.speed[..., None, None])
        away = length((pose.points - self.places) * _FLAT)
        far = self.held & (away > self._limits.stray * self._rest.leg[..., None, None])
        self._strayed = (self._strayed | far) & contacts & ~at_rest
        return self._strayed


def _heading(points: Array) -> Array:
    """(..., 2, 3) horizontal, from heel to toe."""
    return normalize((points[..., TOE, :] - points[..., HEEL, :]) * _FLAT)
