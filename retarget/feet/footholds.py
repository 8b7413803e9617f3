"""Where the feet of a stream are held, decided without looking ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from livemocap.rotation import Array

from .contacts import ContactLimits
from .legs import HEEL, TOE, FeetAtRest, flat_feet, standing_feet
from .plant import FootLimits, floor_heights, lying
from .rows import Rows
from .vectors import length, some, unit

_SWAY = 0.35
"""How long a speed is kept before it is believed, in units of `FeetAtRest.unit_s`."""
_LONGEST_GLIDE = 0.02
"""Share of the leg that a foot goes on by when it lands: a jump of the pose is no speed."""
_FLAT = np.array([1.0, 0.0, 1.0])


class Moving(NamedTuple):
    """Points (P, 2, 2, 3) m of both feet, and their speed in m/s."""

    points: Array
    speed: Array


@dataclass(slots=True)
class Held(Rows):
    """Of P people."""

    points: Array
    """(P, 2, 2) bool, heels and toes that are held."""
    places: Array
    """(P, 2, 2, 3) m where."""
    strayed: Array
    """(P, 2, 2) bool, points that the pose took too far away."""
    pace: Array
    """(P, 2, 2, 3) m/s, speeds of the pose over a while."""
    heading: Array
    """(P, 2, 3) horizontal and of length 1, from heel to toe of flat feet."""


class Footholds:
    """Which heels and toes of P people are held, and where."""

    def __init__(self, rest: FeetAtRest, floor_m: Array | None, limits: FootLimits) -> None:
        people = len(rest.leg)
        self._rest, self._floor_m = rest, floor_m
        self._stray_m = (limits.stray * rest.leg)[:, None, None]
        self._glide_m = (_LONGEST_GLIDE * rest.leg)[:, None, None]
        self._still = (ContactLimits().still * rest.speed)[:, None, None]
        self._sway_s = _SWAY * rest.unit_s
        none = np.zeros((people, 2, 2), bool)
        still = np.zeros((people, 2, 2, 3))
        self.state = Held(none, still, none, still, np.zeros((people, 2, 3)))

    @property
    def state(self) -> Held:
        """All that is remembered."""
        return self._state

    @state.setter
    def state(self, state: Held) -> None:
        self._state = state
        held, places = state.points, state.places
        self.flat, self.standing = flat_feet(held), standing_feet(held)
        """(P, 2) bool, feet that are held on heel and toe, and on either."""
        self._stands = [(held[..., at, None], places[..., at, :]) for at in (HEEL, TOE)]
        self._rise = places[..., TOE, 1] - places[..., HEEL, 1]

    @property
    def held(self) -> Array:
        """(P, 2, 2) bool."""
        return self._state.points

    def forget(self, fresh: Array) -> None:
        """(P,) whose feet are anywhere now."""
        state, kept = self._state, ~fresh[:, None, None]
        state.points, state.strayed = state.points & kept, state.strayed & kept
        state.pace = np.where(kept[..., None], state.pace, 0)
        self.state = state

    def step(
        self,
        dt_s: Array,
        pose: Moving,
        out: Moving,
        contacts: Array,
        land_s: Array,
        off_m: Array,
    ) -> Array:
        """Hold and let go; (P, 2) bool, the feet for which anything changed.

        Args:
            dt_s: (P,).
            pose: as the pelvis now carries it.
            out: as last answered.
            contacts: (P, 2, 2) bool.
            land_s: (P,) time constant with which a foot comes to rest.
            off_m: (P,) how much higher than the floor people stand in this pose.
        """
        state = self._state
        wanted = contacts > self._stray(dt_s, pose, contacts)
        changed = standing_feet(wanted ^ state.points)
        if some(changed):
            self._take_hold(wanted, pose, out, land_s, off_m)
        return changed

    def _take_hold(
        self, wanted: Array, pose: Moving, out: Moving, land_s: Array, off_m: Array
    ) -> None:
        """Where they come to rest if they go on as they move."""
        state = self._state
        new = wanted & ~state.points
        way = out.speed * land_s[:, None, None, None]
        way *= np.minimum(1, self._glide_m / np.maximum(length(way), 1e-9))[..., None]
        glide = out.points + way
        glide[..., 1] = floor_heights(pose.points, self._rest, self._floor_m, off_m)
        state.places = np.where(new[..., None], glide, state.places)
        flat = standing_feet(new) & flat_feet(wanted)
        sole = (out.points[..., TOE, :] - out.points[..., HEEL, :]) * _FLAT
        state.heading = np.where(flat[..., None], unit(sole), state.heading)
        state.points = wanted
        self.state = state

    def lying(self, sole: Array) -> Array:
        """(P, 2, 3) m from heel to toe, of feet that lie as they came to lie; `sole` as posed."""
        return lying(sole, self._state.heading, self._rise)

    def toes(self, toe: Array, back: Array) -> Array:
        """(P, 2, 3) m where toes shall be, of those that the pelvis carries to `toe`.

        Args:
            back: (P, 2, 3) m from toe to heel, of the feet as they are turned.
        """
        (on_heel, heel), (on_toe, at) = self._stands
        return np.where(on_toe, at, np.where(on_heel, heel - back, toe))

    def _stray(self, dt_s: Array, pose: Moving, contacts: Array) -> Array:
        """(P, 2, 2) points that the pose took too far from where they were held."""
        state = self._state
        kept = np.exp(-dt_s / self._sway_s)[:, None, None, None]
        state.pace = pose.speed + (state.pace - pose.speed) * kept
        off = pose.points - state.places
        far = np.sqrt((off * off).dot(_FLAT)) > self._stray_m
        strayed = state.strayed | (far & state.points)
        if some(strayed):
            strayed = strayed & contacts & (length(state.pace) > self._still)
        state.strayed = strayed
        return strayed
