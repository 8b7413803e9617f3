"""The foot lock of a stream: every frame is answered from what came before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, quat_from_rotvec

from .contacts import ContactLimits
from .footholds import Footholds, Held, Moving
from .legs import HEEL, TOE, FeetAtRest, Legs
from .pelvis import HALF_FOOT, LivePelvis, Moved, follow, posed_reach, shortfall, upright
from .plant import FootLimits, flat_turn, heel_lift, rotate_by
from .posed import FeetPose, pose_feet, turned_feet
from .rows import Rows
from .spring import Spring
from .vectors import cross, dot, length
from .watch import ContactWatch, Seen

_LAND, _LEAVE = 0.04, 0.14
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
class _State(Rows):
    """All that is remembered of P people."""

    past: _Past
    held: Held
    pelvis: Moved
    seen: Seen


@dataclass(slots=True)
class _Past(Rows):
    """The last frame of P people, as posed and as answered at full strength."""

    t_s: Array
    """(P,)."""
    hips: Array
    """(P, 3) m, between both."""
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


class LiveFootLock:
    """Holds the feet of P people where they stand, frame by frame.

    What it changes starts and ends smoothly: a foot that comes to stand goes on as it moved and
    comes to rest, one that leaves starts from rest and returns to the pose. Each person keeps a
    row; rows of nobody are NaN, and who is seen (again) starts anew.
    """

    def __init__(
        self,
        people: int,
        rest: FeetAtRest,
        floor_m: ArrayLike | None = 0.0,
        limits: FootLimits | None = None,
        contact_limits: ContactLimits | None = None,
        strength: ArrayLike = 1.0,
        own_rest: FeetAtRest | None = None,
    ) -> None:
        """`rest` is of each of the people, or of one rig that all use.

        Args:
            own_rest: of those who move the rigs, if contacts are to be found at their own feet.
            floor_m: of each or of all. None where nobody knows how high it is: feet are held at the
                height at which they stand, and contacts must be given.
            strength: of each or of all; `FootLimits.strength` times this.
        """
        self._limits = limits or FootLimits()
        self._rest = rest = rest.for_people(people)
        self._unit_s = rest.unit_s
        floor = None if floor_m is None else np.broadcast_to(floor_m, (people,))
        self._holds = Footholds(rest, floor, self._limits)
        self._pelvis = LivePelvis(rest, self._limits)
        own = rest if own_rest is None else own_rest.for_people(people)
        self._watch = ContactWatch(own, 0.0 if floor is None else floor, contact_limits)
        strengths = self._limits.strength * np.broadcast_to(strength, (people,))
        self._strength = None if (strengths == 1).all() else strengths[:, None]
        self._times = np.stack([_LEAVE * self._unit_s, _LAND * self._unit_s], -1)[:, None, None]
        self._fast = self._rest.speed * _TELEPORT
        self._tremble_m = self._rest.leg * _TREMBLE
        self._torn_m = self._rest.leg[:, None] * _TORN
        self._new = np.ones(people, bool)
        self._past = _nothing(people)
        self._answer: FeetPose | None = None

    def continued(self, before: LiveFootLock, rows: Sequence[int]) -> None:
        """Go on with people that another lock held, on the same rigs.

        Args:
            rows: of each of our people, where it was in `before`; -1: nowhere.
        """
        known = np.asarray(rows)
        if before._answer is None or (known < 0).all():
            return
        at = np.maximum(known, 0).tolist()
        self._new = (known < 0) | before._new[at]
        self._state = before._state.taken(at)
        answer = before._answer
        self._answer = FeetPose(**{f.name: getattr(answer, f.name)[at] for f in fields(FeetPose)})

    def step(
        self,
        t_s: ArrayLike,
        legs: Legs,
        contacts: Array | None = None,
        fresh: Array | None = None,
        own_points: Array | None = None,
    ) -> FeetPose:
        """The frame of time `t_s`, (P,) or of all; the same time again is answered as before.

        Args:
            legs: of P people.
            contacts: (P, 2, 2) bool, heel and toe of both feet; found where None.
            fresh: (P,) bool, rows that somebody new has taken.
            own_points: (P, 2, 2, 3) m, the feet at which contacts are found, if not the legs' own.
        """
        now_s = np.broadcast_to(np.asarray(t_s, float), self._new.shape)
        dt_s = now_s - self._past.t_s
        same = (dt_s == 0) & ~self._new
        if self._answer is not None and same.all():
            return self._answer
        before = self._state.taken(range(len(same))) if same.any() else None
        own = legs.points if own_points is None else own_points
        answer = self._step(now_s, dt_s, legs, own if contacts is None else contacts, fresh)
        if before is not None and self._answer is not None:
            self._state = before.where(same, self._state)
            answer = _chosen(same, self._answer, answer)
        self._answer = answer
        return answer

    @property
    def _state(self) -> _State:
        return _State(self._past, self._holds.state, self._pelvis.state, self._watch.seen)

    @_state.setter
    def _state(self, state: _State) -> None:
        self._past, self._holds.state = state.past, state.held
        self._pelvis.state, self._watch.seen = state.pelvis, state.seen

    def _step(
        self,
        now_s: Array,
        dt_s: Array,
        legs: Legs,
        feet: Array,
        fresh: Array | None,
    ) -> FeetPose:
        """`feet` are contacts, or the points at which to find them."""
        hips = 0.5 * (legs.hip[:, 0] + legs.hip[:, 1])
        lost, new = self._lost(dt_s, hips, fresh)
        if lost.any():
            self._forget(legs.points, lost, new)
            dt_s = np.where(lost | (dt_s <= 0), _SOME_STEP_S, dt_s)
        if feet.dtype != bool:
            feet = self._watch.step(dt_s, feet, lost)
        answer = self._move(dt_s, legs, feet & ~lost[:, None, None])
        self._past.t_s, self._past.hips = now_s, hips
        return answer

    def _lost(self, dt_s: Array, hips: Array, fresh: Array | None) -> tuple[Array, Array]:
        """(P,) of whom the past says nothing: new, unseen, put elsewhere, or after a gap; and which
        of them are new."""
        new, self._new = self._new | np.isnan(self._past.hips[:, 0]), np.zeros_like(self._new)
        new = new if fresh is None else new | fresh
        moved = length(hips - self._past.hips)
        known = (moved < self._fast * dt_s + self._tremble_m) & (dt_s > 0)
        return ~known | new | (dt_s > _LONGEST_GAP * self._unit_s), new

    def _forget(self, points: Array, lost: Array, new: Array) -> None:
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

    def _move(self, dt_s: Array, legs: Legs, contacts: Array) -> FeetPose:
        past, points, holds = self._past, legs.points, self._holds
        step_s = dt_s[:, None, None]
        speed = (points - past.points) / step_s[..., None]
        carried = past.pelvis[:, None]
        changed = holds.step(
            dt_s,
            Moving(points=points + carried[:, None], speed=speed),
            Moving(points=past.out, speed=past.out_speed),
            contacts,
            _LAND * self._unit_s,
            self._watch.floor_off * self._rest.leg + carried[:, 0, 1],
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
        if changed.any():
            self._let_go(step_s, changed, (turn, flat, sole), speed, carried, time)
        past.left.step(step_s[..., None], time)
        turn = turn + past.left.value[..., 0, :]
        quat = quat_from_rotvec(turn)
        from_ankle = turned_feet(legs, quat)
        back = from_ankle[..., HEEL, :] - from_ankle[..., TOE, :]
        moved = past.pelvis = self._pelvis.moved
        toe = holds.toes(points[..., TOE, :] + moved[:, None], back)
        toe = toe + past.left.value[..., 1, :]
        self._remember(step_s, points, toe, back, turn)
        if self._strength is None:
            return pose_feet(legs, toe, quat, moved, holds.held, from_ankle)
        share = self._strength[..., None]
        toe, quat = legs.toe + share * (toe - legs.toe), quat_from_rotvec(share * turn)
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
        lift, need = np.zeros(1), np.zeros_like(dt_s)
        if stretched.any():
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
            time: (P, 2, 2, 1) s, `_time`.
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
        left = left * np.minimum(1, most / np.maximum(length(left), 1e-9))[..., None]
        past.left.let_go(
            changed[..., None, None],
            np.stack([past.turn - turn + turn_speed * step_s, toe - goal], -2),
            np.stack([past.turn_speed - turn_speed, left], -2),
        )

    def _time(self) -> Array:
        """(P, 2, 2, 1) s, time constants of feet that are held or not: of their turns, of toes."""
        both = np.stack([self._holds.flat, self._holds.standing], -1)
        return np.where(both, self._times[..., 1], self._times[..., 0])[..., None]

    def _remember(self, step_s: Array, points: Array, toe: Array, back: Array, turn: Array) -> None:
        past = self._past
        out = np.stack([toe + back, toe], -2)
        past.points, past.out_speed = points, (out - past.out) / step_s[..., None]
        past.out = out
        past.turn_speed, past.turn = (turn - past.turn) / step_s, turn


def _chosen(mask: Array, ours: FeetPose, theirs: FeetPose) -> FeetPose:
    """Ours where `mask` (P,), theirs elsewhere."""
    kept = {}
    for name in (field.name for field in fields(FeetPose)):
        a, b = getattr(ours, name), getattr(theirs, name)
        kept[name] = np.where(mask.reshape(-1, *[1] * (a.ndim - 1)), a, b)
    return FeetPose(**kept)


def _nothing(people: int) -> _Past:
    feet, points = np.zeros((people, 2, 3)), np.zeros((people, 2, 2, 3))
    return _Past(
        t_s=np.zeros(people),
        hips=np.zeros((people, 3)),
        pelvis=np.zeros((people, 3)),
        points=points,
        out=points,
        out_speed=points,
        turn=feet,
        turn_speed=feet,
        left=Spring.at_rest((people, 2, 2, 3)),
    )
