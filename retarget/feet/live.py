"""The foot lock of a stream: every frame is answered from what came before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array

from .contacts import ContactLimits
from .legs import FeetAtRest, Legs
from .mover import FeetMover, OnTheWay
from .plant import FootLimits
from .posed import FeetPose
from .rows import Rows
from .vectors import length, some
from .watch import ContactWatch, Seen

_LONGEST_GAP = 1.0
"""In units of `FeetAtRest.unit_s`: after a longer silence nothing is known of the feet."""
_TELEPORT = 6.0
"""Speed of the hips, in `FeetAtRest.speed`, that nobody has: the person was put elsewhere."""
_TREMBLE = 0.05
"""Share of the leg that hips may jump at once, whatever the time between."""
_SOME_STEP_S = 1 / 60
"""For the frame after time ran back, of which nothing is known."""


@dataclass(slots=True)
class _State(Rows):
    """All that is remembered of P people."""

    t_s: Array
    """(P,) of the last frame."""
    hips: Array
    """(P, 3) m, between both."""
    feet: OnTheWay
    seen: Seen


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
        limits, rest = limits or FootLimits(), rest.for_people(people)
        floor = None if floor_m is None else np.broadcast_to(floor_m, (people,))
        strengths = limits.strength * np.broadcast_to(strength, (people,))
        self._mover = FeetMover(rest, floor, limits, strengths)
        own = rest if own_rest is None else own_rest.for_people(people)
        self._watch = ContactWatch(own, 0.0 if floor is None else floor, contact_limits)
        self._leg_m, self._longest_gap_s = rest.leg, _LONGEST_GAP * rest.unit_s
        self._fast, self._tremble_m = rest.speed * _TELEPORT, rest.leg * _TREMBLE
        self._new, self._nobody = np.ones(people, bool), np.zeros(people, bool)
        self._t_s, self._hips = np.zeros(people), np.zeros((people, 3))
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
        now_s = np.full(len(self._new), t_s, float)
        dt_s = now_s - self._t_s
        same = (dt_s == 0) > self._new
        repeated = some(same)
        if repeated and self._answer is not None and same.all():
            return self._answer
        before = self._state.taken(range(len(same))) if repeated else None
        own = legs.points if own_points is None else own_points
        answer = self._step(now_s, dt_s, legs, own if contacts is None else contacts, fresh)
        if before is not None and self._answer is not None:
            self._state = before.where(same, self._state)
            answer = _chosen(same, self._answer, answer)
        self._answer = answer
        return answer

    @property
    def _state(self) -> _State:
        return _State(self._t_s, self._hips, self._mover.state, self._watch.seen)

    @_state.setter
    def _state(self, state: _State) -> None:
        self._t_s, self._hips = state.t_s, state.hips
        self._mover.state, self._watch.seen = state.feet, state.seen

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
        if some(lost):
            self._mover.forget(legs.points, lost, new)
            dt_s = np.where(lost | (dt_s <= 0), _SOME_STEP_S, dt_s)
        if feet.dtype == bool:
            contacts = feet & ~lost[:, None, None]
        else:
            contacts = self._watch.step(dt_s, feet, lost)
        self._t_s, self._hips = now_s, hips
        off_m = self._watch.floor_off * self._leg_m
        return self._mover.move(dt_s, legs, contacts, off_m)

    def _lost(self, dt_s: Array, hips: Array, fresh: Array | None) -> tuple[Array, Array]:
        """(P,) of whom the past says nothing: new, unseen, put elsewhere, or after a gap; and which
        of them are new."""
        new, self._new = self._new | np.isnan(self._hips[:, 0]), self._nobody
        new = new if fresh is None else new | fresh
        near = length(hips - self._hips) < self._fast * dt_s + self._tremble_m
        soon = (dt_s > 0) & (dt_s <= self._longest_gap_s)
        return ~(near & soon) | new, new


def _chosen(mask: Array, ours: FeetPose, theirs: FeetPose) -> FeetPose:
    """Ours where `mask` (P,), theirs elsewhere."""
    kept = {}
    for name in (field.name for field in fields(FeetPose)):
        a, b = getattr(ours, name), getattr(theirs, name)
        kept[name] = np.where(mask.reshape(-1, *[1] * (a.ndim - 1)), a, b)
    return FeetPose(**kept)
