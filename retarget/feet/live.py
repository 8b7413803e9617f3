"""The foot lock of a stream: every frame is answered from what came before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_rotvec

from .contacts import ContactLimits, ContactWatch
from .footholds import Footholds, Moving
from .legs import HEEL, TOE, FeetAtRest, Legs, flat_feet, standing_feet
from .pelvis import LivePelvis, follow, posed_reach, shortfall, upright
from .plant import FootLimits, heel_lift, rotate_by
from .posed import FeetPose, pose_feet
from .spring import Spring
from .vectors import UP, length, turned

_LAND, _LEAVE = 0.05, 0.14
"""Time constants in units of `FeetAtRest.unit_s`, 0.28 s for a grown-up: a foot comes to rest, and
returns to the pose."""
_LONGEST_GAP = 1.0
"""In the same unit: after a longer silence nothing is known of the feet."""
_TELEPORT = 6.0
"""Speed of the hips, in `FeetAtRest.speed`, that nobody has: the person was put elsewhere."""
_TREMBLE = 0.05
"""Share of the leg that hips may jump at once, whatever the time between."""
_SOME_STEP_S = 1 / 60
"""For the frame after time ran back, of which nothing is known."""
_TORN = 0.04
"""Share of the leg: a foot that is torn off the floor, as in a jump, lags by a third of it."""


@dataclass(slots=True)
class _Past:
    """The last frame of P people, as posed and as answered at full strength."""

    t_s: float
    legs: Legs
    out: Moving
    turn: Array
    """(P, 2, 3) rad as answered; rad/s."""
    turn_speed: Array
    answer: FeetPose


class LiveFootLock:
    """Holds the feet of up to P people where they stand, frame by frame.

    What it changes starts and ends smoothly: a foot that comes to stand goes on as it moved and
    comes to rest, one that leaves starts from rest and returns to the pose. Each person keeps a
    row; rows of nobody are NaN, and who is seen (again) starts anew.
    """

    def __init__(
        self,
        people: int,
        rest: FeetAtRest,
        floor_m: float | None = 0.0,
        limits: FootLimits | None = None,
        contact_limits: ContactLimits | None = None,
    ) -> None:
        """`rest` is of each of the people, or of one rig that all use.

        Args:
            floor_m: None where nobody knows how high it is: feet are held at the height at which
                they stand, and contacts must be given.
        """
        self._limits = limits or FootLimits()
        self._rest = rest = rest.for_people(people)
        self._unit_s = rest.unit_s
        self._holds = Footholds(rest, floor_m, self._limits)
        self._pelvis = LivePelvis(rest, self._limits)
        self._watch = ContactWatch(rest, floor_m or 0.0, contact_limits)
        self._step, self._tilt = Spring.at_rest((people, 2, 3)), Spring.at_rest((people, 2, 3))
        self._past: _Past | None = None

    def step(
        self,
        t_s: float,
        legs: Legs,
        contacts: Array | None = None,
        fresh: Array | None = None,
    ) -> FeetPose:
        """The frame of time `t_s`; the same time again is answered as before.

        Args:
            legs: of P people.
            contacts: (P, 2, 2) bool, heel and toe of both feet; from the legs' own motion where
                None.
            fresh: (P,) bool, rows that somebody new has taken.
        """
        past = self._past
        if past is None:
            return self._first(t_s, legs)
        dt_s = t_s - past.t_s
        if dt_s == 0:
            return past.answer
        lost = self._lost(past, dt_s, legs, fresh)
        dt_s = dt_s if dt_s > 0 else _SOME_STEP_S
        if lost.any():
            self._forget(past, legs, lost, fresh)
        if contacts is None:
            contacts = self._watch.step(dt_s, legs.points, lost)
        answer = self._move(past, dt_s, legs, contacts & ~lost[:, None, None])
        past.t_s, past.legs, past.answer = t_s, legs, answer
        return answer

    def _first(self, t_s: float, legs: Legs) -> FeetPose:
        none = np.zeros_like(legs.toe)
        held = np.zeros((*legs.toe.shape[:2], 2), bool)
        answer = pose_feet(legs, legs.toe, matrix_from_rotvec(none), none[:, 0, 0], held)
        at_rest = Moving(points=legs.points, speed=np.zeros_like(legs.points))
        self._past = _Past(t_s, legs, at_rest, none, none, answer)
        self._watch.step(0.0, legs.points)
        return answer

    def _lost(self, past: _Past, dt_s: float, legs: Legs, fresh: Array | None) -> Array:
        """(P,) of whom the past says nothing: new, unseen, put elsewhere, or after a gap."""
        moved = length((legs.hip - past.legs.hip).mean(-2))
        known = moved < (_TELEPORT * self._rest.speed * dt_s + _TREMBLE * self._rest.leg)
        if fresh is not None:
            known = known & ~fresh
        if dt_s < 0:
            return np.ones_like(known)
        return ~known | (dt_s > _LONGEST_GAP * self._unit_s)

    def _forget(self, past: _Past, legs: Legs, lost: Array, fresh: Array | None) -> None:
        """Start these rows at their pose; a pelvis stays where it was, if it is the same one."""
        new = np.isnan(past.legs.hip[:, 0, 0])
        new = new if fresh is None else new | fresh
        self._holds.forget(lost)
        self._pelvis.forget(new)
        row = lost[:, None, None]
        for spring in (self._step, self._tilt):
            spring.let_go(row, np.zeros(1), np.zeros(1))
        points = legs.points + self._pelvis.rise[:, None, None, None] * UP
        past.turn, past.turn_speed = np.where(row, 0, past.turn), np.where(row, 0, past.turn_speed)
        past.out = Moving(
            points=np.where(row[..., None], points, past.out.points),
            speed=np.where(row[..., None], 0, past.out.speed),
        )

    def _move(self, past: _Past, dt_s: float, legs: Legs, contacts: Array) -> FeetPose:
        points, before = legs.points, past.legs.points
        risen = self._pelvis.rise
        pose = Moving(
            points=points + risen[:, None, None, None] * UP, speed=(points - before) / dt_s
        )
        changed = self._holds.step(dt_s, pose, past.out, contacts, _LAND * self._unit_s)[..., None]
        flat = self._holds.turns(np.stack([points, before]))
        rise, lift = self._rise(dt_s, legs, flat[0])
        turn = self._turned(dt_s, past, flat + lift, changed)
        turned_by = matrix_from_rotvec(turn)
        back = turned(turned_by, points[..., HEEL, :] - points[..., TOE, :])
        toe = self._stepped(dt_s, past, points, back, (risen, rise), changed)
        self._remember(past, dt_s, np.stack([toe + back, toe], -2), turn)
        return self._answer(legs, toe, turn, turned_by, rise)

    def _rise(self, dt_s: float, legs: Legs, flat: Array) -> tuple[Array, Array]:
        """(P,) m, the pelvis of this frame, and (P, 2, 3) rad by which heels lift.

        Args:
            flat: (P, 2, 3) rad that lay the feet down.
        """
        held, reach, points = self._holds.held, posed_reach(legs), legs.points
        standing = upright(legs.hip, legs.ankle, self._rest.leg)
        turn = matrix_from_rotvec(flat)
        back = turned(turn, points[..., HEEL, :] - points[..., TOE, :])
        toe = self._holds.toes(points, back, self._pelvis.rise)
        foot = turned(turn, legs.ankle - legs.toe)
        goal, any_foot = follow(held, legs, toe + foot, reach)
        rise = self._pelvis.follow(dt_s, goal * standing, any_foot)
        hip = legs.hip + rise[:, None, None] * UP
        lift = np.where(held[..., TOE, None], heel_lift(hip - toe, foot, reach), 0)
        short = shortfall(hip, toe + rotate_by(lift, foot), reach)
        need = np.where(held[..., TOE], short, 0).max(-1)
        self._pelvis.lower(dt_s, need * standing)
        return self._pelvis.rise, lift

    def _turned(self, dt_s: float, past: _Past, goals: Array, changed: Array) -> Array:
        """(P, 2, 3) rad, the feet's turns of this frame; goals (2, P, 2, 3) now and before."""
        speed = past.turn_speed - (goals[0] - goals[1]) / dt_s
        self._tilt.let_go(changed, past.turn - goals[1], speed)
        self._tilt.step(dt_s, self._time(flat_feet(self._holds.held)))
        return goals[0] + self._tilt.value

    def _stepped(
        self,
        dt_s: float,
        past: _Past,
        points: Array,
        back: Array,
        rises: tuple[Array, Array],
        changed: Array,
    ) -> Array:
        """(P, 2, 3) m, the toes of this frame; `rises` are the pelvis's before and now."""
        was = past.out.points[..., TOE, :]
        goal = self._holds.toes(points, back, rises[1])
        before = self._holds.toes(past.legs.points, past.out.points[..., HEEL, :] - was, rises[0])
        time = self._time(standing_feet(self._holds.held))
        speed = past.out.speed[..., TOE, :] - (goal - before) / dt_s
        most = _TORN * self._rest.leg[:, None, None] / time
        speed = speed * np.minimum(1, most / np.maximum(length(speed), 1e-9)[..., None])
        self._step.let_go(changed, was - before, speed)
        self._step.step(dt_s, time)
        return goal + self._step.value

    def _time(self, held: Array) -> Array:
        """(P, 2, 1) s, time constants of feet that are held (P, 2) or not."""
        return (np.where(held, _LAND, _LEAVE) * self._unit_s[:, None])[..., None]

    @staticmethod
    def _remember(past: _Past, dt_s: float, points: Array, turn: Array) -> None:
        past.out = Moving(points=points, speed=(points - past.out.points) / dt_s)
        past.turn, past.turn_speed = turn, (turn - past.turn) / dt_s

    def _answer(
        self, legs: Legs, toe: Array, turn: Array, turned_by: Array, rise: Array
    ) -> FeetPose:
        strength = self._limits.strength
        if strength != 1:
            toe = legs.toe + strength * (toe - legs.toe)
            turned_by, rise = matrix_from_rotvec(strength * turn), strength * rise
        return pose_feet(legs, toe, turned_by, rise, self._holds.held)
