"""Feet of a stream on their way: to where they are held, with the pelvis, and back to the pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .footholds import Footholds, Held, Moving
from .legs import HEEL, TOE, FeetAtRest, Legs
from .pelvis import HALF_FOOT, LivePelvis, Moved, follow, posed_reach, shortfall, upright
from .plant import FootLimits, flat_turn, heel_lift, rotate_by
from .posed import FeetPose, pose_feet, turned_feet
from .quaternions import quat_of_turn
from .rows import Rows
from .spring import Spring
from .vectors import cross, dot, length, pair, some

_LAND, _LEAVE = 0.04, 0.14
"""Time constants in units of `FeetAtRest.unit_s`, 0.28 s for a grown-up: a foot comes to rest, and
returns to the pose."""
_TORN = 0.04
"""Share of the leg: a foot that is torn off the floor, as in a jump, lags by a third of it."""


@dataclass(slots=True)
class OnTheWay(Rows):
    """All that is remembered of P people's feet."""

    past: _Past
    held: Held
    pelvis: Moved


@dataclass(slots=True)
class _Past(Rows):
    """The last frame of P people, as posed and as answered at full strength."""

    pelvis: Array
    """(P, 3) m by which it was moved."""
    points: Array
    """(P, 2, 2, 3) m as posed; as answered, and their speed in m/s."""
    out: Array
    out_speed: Array
    turn: Array
    """(P, 2, 3) rad as answered, and its speed."""
    turn_speed: Array
    left: Spring
    """(P, 2, 2, 3) what is left of the way from the old pose to the new one: turn and toe."""


_NONE = np.zeros(1)


class FeetMover:
    """Moves the feet of P people from frame to frame."""

    def __init__(
        self, rest: FeetAtRest, floor_m: Array | None, limits: FootLimits, strength: Array
    ) -> None:
        """`rest`, `floor_m` and `strength` of each of the people."""
        self._rest = rest
        self._holds, self._pelvis = Footholds(rest, floor_m, limits), LivePelvis(rest, limits)
        self._strength = None if (strength == 1).all() else strength[:, None]
        each_s = np.broadcast_to(rest.unit_s[:, None, None, None], (len(rest.leg), 2, 2, 3))
        self._times = _LAND * each_s, _LEAVE * each_s
        self._land_s = _LAND * rest.unit_s
        self._torn_m = rest.leg[:, None] * _TORN
        self._past = _nothing(len(rest.leg))

    @property
    def state(self) -> OnTheWay:
        return OnTheWay(self._past, self._holds.state, self._pelvis.state)

    @state.setter
    def state(self, state: OnTheWay) -> None:
        self._past, self._holds.state, self._pelvis.state = state.past, state.held, state.pelvis

    def forget(self, points: Array, lost: Array, new: Array) -> None:
        """Start these rows at their pose; a pelvis stays where it was, if it is the same one."""
        past, row = self._past, lost[:, None, None]
        self._holds.forget(lost)
        self._pelvis.forget(new)
        past.left.let_go(row[..., None], np.zeros(1), np.zeros(1))
        past.turn, past.turn_speed = np.where(row, 0, past.turn), np.where(row, 0, past.turn_speed)
        past.points = np.where(row[..., None], points, past.points)
        past.pelvis = self._pelvis.moved
        carried = points + past.pelvis[:, None, None]
        past.out = np.where(row[..., None], carried, past.out)
        past.out_speed = np.where(row[..., None], 0, past.out_speed)

    def move(self, dt_s: Array, legs: Legs, contacts: Array, off_m: Array) -> FeetPose:
        """
        Args:
            dt_s: (P,) since the last frame.
            contacts: (P, 2, 2) bool, heel and toe of both feet.
            off_m: (P,) how much higher than the floor people stand.
        """
        past, points, holds = self._past, legs.points, self._holds
        step_s = dt_s[:, None, None]
        speed = (points - past.points) / step_s[..., None]
        carried = past.pelvis[:, None]
        changed = holds.step(
            dt_s,
            Moving(points=points + carried[:, None], speed=speed),
            Moving(points=past.out, speed=past.out_speed),
            contacts,
            self._land_s,
            off_m + carried[:, 0, 1],
        )
        flat = holds.flat[..., None]
        sole = points[..., TOE, :] - points[..., HEEL, :]
        lies = holds.lying(sole)
        turn = np.where(flat, flat_turn(sole, lies), 0)
        if legs.heel is None:
            foot = -np.where(flat, lies, sole)
        else:
            foot = rotate_by(turn, legs.ankle - legs.toe)
        turn = turn + self._follow(dt_s, legs, (sole, foot), carried)
        time = self._time()
        if some(changed):
            self._let_go(step_s, changed, (turn, flat, sole), speed, carried, time)
        past.left.step(step_s[..., None], time)
        turn = turn + past.left.value[..., 0, :]
        quat = quat_of_turn(turn)
        from_ankle = turned_feet(legs, quat)
        back = from_ankle[..., HEEL, :] - from_ankle[..., TOE, :]
        moved = past.pelvis = self._pelvis.moved
        toe = holds.toes(points[..., TOE, :] + moved[:, None], back)
        toe = toe + past.left.value[..., 1, :]
        self._remember(step_s, points, toe, back, turn)
        if self._strength is None:
            return pose_feet(legs, toe, quat, moved, holds.held, from_ankle)
        share = self._strength[..., None]
        toe, quat = legs.toe + share * (toe - legs.toe), quat_of_turn(share * turn)
        return pose_feet(legs, toe, quat, self._strength * moved, holds.held)

    def _follow(self, dt_s: Array, legs: Legs, feet: tuple[Array, Array], carried: Array) -> Array:
        """Move the pelvis of this frame; (P, 2, 3) rad by which heels lift.

        Args:
            feet: (P, 2, 3) m each, from heel to toe as posed, and from toe to ankle, laid down
                where they lie flat.
            carried: (P, 1, 3) m by which the pelvis is moved so far.
        """
        held, reach, (sole, foot) = self._holds.held, posed_reach(legs), feet
        standing = upright(legs.hip, legs.ankle, self._rest.leg)[:, None]
        toe = self._holds.toes(legs.toe + carried, -sole)
        weight = np.where(self._holds.flat, 1.0, HALF_FOOT * self._holds.standing)
        goal, any_foot = follow(weight, legs, toe + foot, reach)
        moved = self._pelvis.follow(dt_s, goal * standing, any_foot)
        to_hip = legs.hip + moved[:, None] - toe
        stretched = held[..., TOE] & (length(to_hip - foot) > reach)
        lift = need = _NONE
        if some(stretched):
            lift = np.where(stretched[..., None], heel_lift(to_hip, foot, reach), 0)
            short = shortfall(to_hip, rotate_by(lift, foot), reach)
            need = np.where(stretched, short, 0).max(-1) * standing[:, 0]
        self._pelvis.lower(dt_s, need)
        return lift

    def _let_go(
        self,
        step_s: Array,
        changed: Array,
        turning: tuple[Array, Array, Array],
        speed: Array,
        carried: Array,
        time: Array,
    ) -> None:
        """Start from where and how the changed feet were, seen from where they are to go.

        Args:
            turning: (P, 2, 3) rad where they are to turn; whether they lie flat; and their soles.
            speed: (P, 2, 2, 3) m/s of the pose.
            carried: (P, 1, 3) m by which the pelvis was moved in the frame before.
            time: (P, 2, 2, 3) s, `_time`.
        """
        past, held = self._past, self._holds.held
        turn, flat, sole = turning
        was = past.points[..., TOE, :] - past.points[..., HEEL, :]
        rolled = cross(was, sole) / np.maximum(dot(sole, sole), 1e-9)[..., None]
        turn_speed = np.where(flat, -rolled / step_s, 0)
        toe = past.out[..., TOE, :]
        goal = self._holds.toes(past.points[..., TOE, :] + carried, past.out[..., HEEL, :] - toe)
        pace = speed[..., TOE, :] - np.where(held[..., HEEL, None], speed[..., HEEL, :], 0)
        left = past.out_speed[..., TOE, :] - np.where(held[..., TOE, None], 0, pace)
        most = self._torn_m / time[..., 1, 0]
        left *= np.minimum(1, most / np.maximum(length(left), 1e-9))[..., None]
        past.left.let_go(
            changed[..., None, None],
            pair(past.turn - turn + turn_speed * step_s, toe - goal),
            pair(past.turn_speed - turn_speed, left),
        )

    def _time(self) -> Array:
        """(P, 2, 2, 3) s, time constants of feet that are held or not: of their turns, of toes."""
        both = pair(self._holds.flat[..., None], self._holds.standing[..., None])
        return np.where(both, *self._times)

    def _remember(self, step_s: Array, points: Array, toe: Array, back: Array, turn: Array) -> None:
        past = self._past
        out = pair(toe + back, toe)
        past.points, past.out_speed = points, (out - past.out) / step_s[..., None]
        past.out = out
        past.turn_speed, past.turn = (turn - past.turn) / step_s, turn


def _nothing(people: int) -> _Past:
    feet, points = np.zeros((people, 2, 3)), np.zeros((people, 2, 2, 3))
    return _Past(
        pelvis=np.zeros((people, 3)),
        points=points,
        out=points,
        out_speed=points,
        turn=feet,
        turn_speed=feet,
        left=Spring.at_rest((people, 2, 2, 3)),
    )
