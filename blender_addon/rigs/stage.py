# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that follow people, and their poses. It touches no bpy: any thread may work here,
one at a time.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array
from retarget.rigs.live import LiveCast
from retarget.rigs.solve import Actor, fit

from ..stream.crowd import Body
from ..stream.world import World
from .channels import ReadyPose
from .motion_settings import LiveMotion
from .settings import RigSettings
from .shape import RigShape

_BODY_M = 0.001
"""A body that differs by more is another one."""


@dataclass(frozen=True)
class Follows:
    """One character that follows one person."""

    uid: int
    shape: RigShape
    track_id: int

    @property
    def key(self) -> tuple[int, int, int]:
        return self.uid, id(self.shape), self.track_id

    @property
    def settings(self) -> RigSettings:
        assert self.shape.note is not None, "it follows somebody"
        return self.shape.note.settings

    @property
    def foot_lock(self) -> float:
        return 0.0 if self.shape.note is None else self.shape.note.foot_lock


@dataclass(frozen=True)
class Posed:
    """Everybody on stage at one instant, in the order of `Stage.following`."""

    bodies: list[Body]
    """Whom they were posed as."""
    local_wxyz: Array
    """(P, 55, 4) their joints, as the characters' settings have them."""
    poses: list[ReadyPose | None]
    """None: of somebody who cannot be moved."""


class Stage:
    """Who is on it, and how the people whom they follow move them."""

    def __init__(self) -> None:
        self.following: list[Follows] = []
        self._world = World()
        self._anchors: dict[int, Array] = {}
        self.clear()

    def clear(self) -> None:
        """Nobody follows anybody."""
        self.following = []
        self._cast: LiveCast | None = None
        self._rests = np.zeros((0, 55, 3))
        self._motion = LiveMotion()
        self._posed: Posed | None = None

    def show_in(self, world: World) -> None:
        """People are shown in this world from now on, and characters go along."""
        carry = self._world.to(world)
        self._world = world
        self._anchors = {uid: carry(at) * [1.0, 0.0, 1.0] for uid, at in self._anchors.items()}
        self.clear()

    def forget_place(self, uid: int) -> None:
        """A character starts from where its next person is."""
        self._anchors.pop(uid, None)

    def forget_others(self, uids: Container[int]) -> None:
        """Only these characters are there."""
        self._anchors = {uid: at for uid, at in self._anchors.items() if uid in uids}

    def follow(self, wanted: list[Follows], people: Mapping[int, Body]) -> None:
        """Calibrate whom it takes: another character, another person, another body."""
        same = [f.key for f in wanted] == [f.key for f in self.following]
        if same and self._known(people) is not None:
            return
        self._posed = None
        if not same:
            known = {f.key: actor for f, actor in zip(self.following, self._actors, strict=True)}
            actors = [known.get(f.key) or self._fit(f, people[f.track_id]) for f in wanted]
            self._cast = self._going_on(wanted, actors) if actors else None
            self.following = wanted
            self._rests = _stacked([actor.rest_joints for actor in actors])
        for row in self._changed(people):
            assert self._cast is not None, "nobody has another body if nobody is there"
            self._cast.recalibrate(row, self._fit(wanted[row], people[wanted[row].track_id]))
            self._rests[row] = people[wanted[row].track_id].rest_joints

    def can_pose(self, people: Mapping[int, Body]) -> bool:
        """Whether `posed` would tell how they stand, without anybody to calibrate before."""
        everybody = all(f.track_id in people for f in self.following)
        return bool(self.following) and everybody and not self._changed(people)

    def posed(self, people: Mapping[int, Body]) -> Posed:
        """Everybody's pose; asked for the same bodies again it is at hand."""
        known = self._known(people)
        if known is not None:
            return known
        assert self._cast is not None, "there is nobody to pose"
        bodies = [people[f.track_id] for f in self.following]
        t_s = np.array([body.t_s for body in bodies])
        local, pelvis = self._motion.apply(
            [((f.uid, f.track_id), f.settings) for f in self.following],
            t_s,
            np.stack([body.local_wxyz for body in bodies]),
            np.stack([body.pelvis for body in bodies]),
        )
        poses = [
            None if f.shape.channels is None else f.shape.channels.ready(pose)
            for f, pose in zip(self.following, self._cast.solve(t_s, local, pelvis), strict=True)
        ]
        self._posed = Posed(bodies, local, poses)
        return self._posed

    def _known(self, people: Mapping[int, Body]) -> Posed | None:
        """What was worked out last, if it was of these bodies."""
        if self._posed is None:
            return None
        pairs = zip(self.following, self._posed.bodies, strict=True)
        return self._posed if all(people[f.track_id] is body for f, body in pairs) else None

    def _changed(self, people: Mapping[int, Body]) -> list[int]:
        """Rows of people who have another body than what their character is calibrated to."""
        rests = _stacked([people[f.track_id].rest_joints for f in self.following])
        away = np.abs(rests - self._rests).max((1, 2), initial=0)
        return np.flatnonzero(away > _BODY_M).tolist()

    def _going_on(self, wanted: list[Follows], actors: list[Actor]) -> LiveCast:
        """Feet of those who were here already stay where they are held."""
        cast = LiveCast(actors, [each.foot_lock for each in wanted])
        if self._cast is not None:
            rows = {(each.uid, each.track_id): row for row, each in enumerate(self.following)}
            cast.continued(self._cast, [rows.get((f.uid, f.track_id), -1) for f in wanted])
        return cast

    @property
    def _actors(self) -> list[Actor]:
        return [] if self._cast is None else self._cast.actors

    def _fit(self, follows: Follows, person: Body) -> Actor:
        """Where a character got its first person they stand on the same spot; a new id of the
        same person must not move it."""
        anchor = self._anchors.setdefault(follows.uid, person.pelvis * [1.0, 0.0, 1.0])
        assert follows.shape.rig is not None
        return fit(self._world.rig(follows.shape.rig), person.rest_joints, anchor)


def _stacked(rests: Sequence[Array]) -> Array:
    """(P, 55, 3) m."""
    return np.array(rests).reshape(-1, 55, 3)
