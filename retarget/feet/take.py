"""The foot lock of a take: it knows where a foot will stand before it lands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from livemocap.rotation import Array, normalize, quat_from_rotvec

from .contacts import find_contacts, runs
from .ease import bridge, envelope, smoothed
from .legs import HEEL, TOE, FeetAtRest, Legs, flat_feet, standing_feet
from .pelvis import follow, foot_weights, posed_reach, shortfall, upright
from .plant import FootLimits, flat_turn, floor_heights, heel_lift, lying, rotate_by
from .posed import FeetPose, pose_feet

_FADE, _PELVIS, _LOWER = 0.45, 0.5, 0.15
"""In units of `FeetAtRest.unit_s`, 0.28 s for a grown-up: how long a foot takes to and from its
hold; over how long the pelvis follows the feet, and comes down for a leg that is too short."""
LONGEST_GAP = 1.0
"""In the same unit: a hole in the take beyond which both sides are on their own."""
_TELEPORT, _TREMBLE = 6.0, 0.05
"""Speed of the hips in `FeetAtRest.speed`, and a share of the leg beside it, that nobody has."""


def lock_feet(
    times_s: Array,
    legs: Legs,
    rest: FeetAtRest,
    contacts: Array | None = None,
    floor_m: float | None = 0.0,
    limits: FootLimits | None = None,
) -> FeetPose:
    """Hold one person's feet where they stand, over a whole take.

    Args:
        times_s: (T,) rising. Long holes, and people put elsewhere, cut the take in parts.
        legs: of T frames.
        rest: of the rig.
        contacts: (T, 2, 2) bool, heel and toe of both feet, best of the motion as captured; from
            the legs' own motion where None.
        floor_m: None where nobody knows how high it is: feet are held at the height at which
            they stand.
    """
    *_, feet = locking_feet(times_s, legs, rest, contacts, floor_m, limits)
    assert feet is not None, "it comes last"
    return feet


def locking_feet(
    times_s: Array,
    legs: Legs,
    rest: FeetAtRest,
    contacts: Array | None = None,
    floor_m: float | None = 0.0,
    limits: FootLimits | None = None,
) -> Iterator[FeetPose | None]:
    """`lock_feet` in steps, for those who have something else to do meanwhile: the last is it."""
    limits = limits or FootLimits()
    if contacts is None:
        contacts = find_contacts(legs.points, times_s, rest, floor_m)
    toe, turn, pelvis = legs.toe.copy(), np.zeros_like(legs.toe), np.zeros((len(times_s), 3))
    held = np.zeros_like(contacts)
    for part in _parts(times_s, legs, rest):
        lock = _Lock(times_s[part], _cut(legs, part), rest, contacts[part], floor_m, limits)
        for toe[part], turn[part], pelvis[part] in lock.steps():
            yield None
        held[part] = lock.held
    s = limits.strength
    yield pose_feet(
        legs, legs.toe + s * (toe - legs.toe), quat_from_rotvec(s * turn), s * pelvis, held
    )


def _parts(times_s: Array, legs: Legs, rest: FeetAtRest) -> list[slice]:
    """Stretches of the take through which somebody moves as people do."""
    if len(times_s) < 2:
        return []
    step_s = np.diff(times_s)
    moved = np.linalg.norm(np.diff(legs.hip.mean(-2), axis=0), axis=-1)
    far = moved > _TELEPORT * rest.speed * step_s + _TREMBLE * rest.leg
    torn = far | (step_s > LONGEST_GAP * rest.unit_s)
    cuts = [0, *(np.flatnonzero(torn) + 1).tolist(), len(times_s)]
    return [slice(a, b) for a, b in pairwise(cuts) if b - a > 1]


def _cut(legs: Legs, part: slice) -> Legs:
    return Legs(
        hip=legs.hip[part],
        knee=legs.knee[part],
        ankle=legs.ankle[part],
        toe=legs.toe[part],
        heel=None if legs.heel is None else legs.heel[part],
    )


class _Lock:
    """One part of a take, T frames."""

    def __init__(
        self,
        times_s: Array,
        legs: Legs,
        rest: FeetAtRest,
        contacts: Array,
        floor_m: float | None,
        limits: FootLimits,
    ) -> None:
        self._times_s, self._legs, self._rest, self._limits = times_s, legs, rest, limits
        self._points = legs.points
        self._unit_s = float(rest.unit_s)
        self._unit_frames = self._unit_s / float(np.median(np.diff(times_s)))
        self.held, self._places = _places(legs.points, contacts, rest, floor_m, limits)

    def steps(self) -> Iterator[tuple[Array, Array, Array]]:
        """Toes (T, 2, 3) m, turns of the feet (T, 2, 3) rad, the pelvis's move (T, 3) m: as far as
        they are known, and at last all of them."""
        legs, points = self._legs, self._points
        turn = self._bridged(self._flat_turns(), flat_feet(self.held))
        toe = self._toes(turn)
        foot = rotate_by(turn, legs.ankle - legs.toe)
        pelvis = self._follow(toe + foot)
        yield toe, turn, pelvis
        hip = legs.hip + pelvis[:, None]
        lift = self._lifts(hip, toe, foot)
        pelvis[:, 1] -= self._lower(hip, toe + rotate_by(lift, foot))
        yield toe, turn, pelvis
        carried = points[..., TOE, :] + pelvis[:, None]
        step = self._bridged(toe - carried, standing_feet(self.held))
        yield carried + step, turn + lift, pelvis

    def _flat_turns(self) -> Array:
        """(T, 2, 3) rad that lay down the feet on heel and toe, each in its mean heading."""
        sole = (self._points[..., TOE, :] - self._points[..., HEEL, :]) * [1, 0, 1]
        heading = normalize(sole)
        for foot in range(2):
            for first, end in runs(flat_feet(self.held)[:, foot]):
                heading[first:end, foot] = normalize(heading[first:end, foot].mean(0))
        rise = self._places[..., TOE, 1] - self._places[..., HEEL, 1]
        sole = self._points[..., TOE, :] - self._points[..., HEEL, :]
        return flat_turn(sole, lying(sole, heading, rise))

    def _toes(self, turn: Array) -> Array:
        """(T, 2, 3) m where held feet have their toes; anything for others."""
        back = rotate_by(turn, self._points[..., HEEL, :] - self._points[..., TOE, :])
        heel = self._places[..., HEEL, :].copy()
        for foot in range(2):
            for first, end in runs(self.held[:, foot, HEEL]):
                on_toe = first + np.flatnonzero(self.held[first:end, foot, TOE])
                if on_toe.size:
                    # a heel that lands first lands where the flat foot will have it
                    flat = self._places[on_toe, foot, TOE] + back[on_toe, foot]
                    at = np.arange(first, end)
                    heel[first:end, foot] = np.stack(
                        [np.interp(at, on_toe, flat[:, axis]) for axis in range(3)], -1
                    )
        by_toe = self.held[..., TOE, None]
        return np.where(by_toe, self._places[..., TOE, :], heel - back)

    def _follow(self, ankle: Array) -> Array:
        """(T, 3) m, the pelvis with the feet that stand, their ankles at (T, 2, 3) m."""
        legs = self._legs
        goal, standing = follow(foot_weights(self.held), legs, ankle, posed_reach(legs))
        if not standing.any():
            return np.zeros_like(goal)
        most = self._limits.pelvis_most * self._rest.leg
        goal = np.clip(goal, -most, most)
        goal *= upright(legs.hip, legs.ankle, self._rest.leg)[:, None]
        known_s, frames = self._times_s[standing], _PELVIS * self._unit_frames
        return np.stack(
            [
                smoothed(np.interp(self._times_s, known_s, axis), frames)
                for axis in goal[standing].T
            ],
            -1,
        )

    def _lifts(self, hip: Array, toe: Array, foot: Array) -> Array:
        """(T, 2, 3) rad, heels that rise for legs that get too short."""
        lift = heel_lift(hip - toe, foot, posed_reach(self._legs))
        return self._bridged(lift, self.held[..., TOE])

    def _lower(self, hip: Array, ankle: Array) -> Array:
        """(T,) m, the pelvis's way down to what feet still do not reach."""
        legs = self._legs
        short = shortfall(hip, ankle, posed_reach(legs))
        short = np.where(self.held[..., TOE], short, 0).max(-1)
        short = short * upright(legs.hip, legs.ankle, self._rest.leg)
        short = np.minimum(short, self._limits.lower * self._rest.leg)
        return envelope(short, _LOWER * self._unit_frames)

    def _bridged(self, values: Array, known: Array) -> Array:
        """(T, 2, 3) eased to zero outside `known` (T, 2)."""
        fade_s = _FADE * self._unit_s
        feet = [bridge(values[:, f], known[:, f], self._times_s, fade_s) for f in range(2)]
        return np.stack(feet, 1)


def _places(
    points: Array, contacts: Array, rest: FeetAtRest, floor_m: float | None, limits: FootLimits
) -> tuple[Array, Array]:
    """(T, 2, 2) which points are held, and (T, 2, 2, 3) m where."""
    held, places = contacts.copy(), points.copy()
    places[..., 1] = _floor(points, contacts, rest, floor_m)
    for foot, point in np.ndindex(2, 2):
        for first, end in runs(contacts[:, foot, point]):
            place = places[first:end, foot, point].mean(0)
            away = np.linalg.norm((points[first:end, foot, point] - place)[:, [0, 2]], axis=-1)
            held[first:end, foot, point] = away.max() < limits.stray * rest.leg
            places[first:end, foot, point] = place
    return held, places


def _floor(points: Array, contacts: Array, rest: FeetAtRest, floor_m: float | None) -> Array:
    """(T, 2, 2) m at which each point would stand, in a pose that is too high or low as a whole."""
    if floor_m is None or not contacts.any():
        return points[..., 1]
    over = np.where(contacts, points[..., 1] - floor_m - rest.heights, np.inf).min((-1, -2))
    off = float(np.median(over[np.isfinite(over)]))
    most = 0.2 * float(rest.leg)
    shift = np.zeros(3)
    shift[1] = np.clip(off, -most, most)
    return floor_heights(points - shift, rest, floor_m)
