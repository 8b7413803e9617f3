"""Everybody on stage, frame by frame, with their feet held where they stand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array

from ..feet.live import LiveFootLock
from .legs import RigLegs, with_legs
from .solve import Actor, Cast, RigPose
from .take import can_hold_feet


class LiveCast:
    """A `Cast` whose feet are held. Who cannot be held is posed as they are."""

    def __init__(self, actors: Sequence[Actor], foot_locks: Sequence[float] | None = None) -> None:
        """`foot_locks` of each, 0..1: 0 leaves feet as they are posed. Without them all are 1."""
        self._cast = Cast(actors)
        self._foot_locks = [1.0] * len(actors) if foot_locks is None else list(foot_locks)
        self._held = [
            row
            for row, (actor, strength) in enumerate(zip(actors, self._foot_locks, strict=True))
            if strength > 0 and can_hold_feet(actor.rig)
        ]
        self._everybody = len(self._held) == len(actors)
        self._prepare()

    @property
    def actors(self) -> list[Actor]:
        return self._cast.actors

    def continued(self, before: LiveCast, rows: Sequence[int]) -> None:
        """Go on with people who were in another cast, on the same rigs.

        Args:
            rows: of each of our actors, where it was in `before`; -1: nowhere.
        """
        if self._lock is not None and before._lock is not None:
            places = {row: place for place, row in enumerate(before._held)}
            self._lock.continued(before._lock, [places.get(rows[row], -1) for row in self._held])

    def recalibrate(self, person: int, actor: Actor) -> None:
        """Go on with a person whose body is known better now, on the same rig."""
        self._cast.recalibrate(person, actor)
        before = self._lock
        self._prepare()
        if self._lock is not None and before is not None:
            self._lock.continued(before, range(len(self._held)))

    def solve(self, t_s: ArrayLike, local_wxyz: ArrayLike, pelvis: ArrayLike) -> list[RigPose]:
        """Poses in the order of the actors; signs go on from the last call's.

        Args:
            t_s: (P,) when each was captured, or one time for all. At the time of the call before
                feet stay as they were then.
            local_wxyz: (P, 55, 4).
            pelvis: (P, 3) m.
        """
        local, moved = np.asarray(local_wxyz), np.asarray(pelvis)
        if self._lock is not None:
            times_s = np.full(len(local), t_s, float)
            local, moved = self._with_feet(times_s, local, moved)
        return self._cast.solve(local, moved)

    def _prepare(self) -> None:
        """The legs and the lock of those who are held."""
        self._legs: RigLegs | None = None
        self._lock: LiveFootLock | None = None
        if not self._held:
            return
        actors = [self.actors[row] for row in self._held]
        self._legs = legs = RigLegs(actors)
        self._lock = LiveFootLock(
            len(actors),
            legs.at_rest,
            [actor.rig.options.floor_m for actor in actors],
            strength=[min(self._foot_locks[row], 1.0) for row in self._held],
            own_rest=legs.own_at_rest,
        )

    def _with_feet(self, t_s: Array, local: Array, pelvis: Array) -> tuple[Array, Array]:
        assert self._legs is not None
        assert self._lock is not None
        if self._everybody:
            at = self._legs.at(local, pelvis)
            feet = self._lock.step(t_s, at.legs, own_points=at.own_points)
            joints, pelvis = at.with_feet(feet)
            return with_legs(local, joints), pelvis
        rows = self._held
        at = self._legs.at(local[rows], pelvis[rows])
        feet = self._lock.step(t_s[rows], at.legs, own_points=at.own_points)
        local, pelvis = np.array(local, float), np.array(pelvis, float)
        joints, pelvis[rows] = at.with_feet(feet)
        local[rows] = with_legs(local[rows], joints)
        return local, pelvis
