# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters of the user's that follow people of the stream. Only their pose is changed.

Objects are looked up anew at every tick: undo, file loading and the user may have replaced them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from livemocap.messages import TrackFrame
from livemocap.rotation import Array, rotvec_from_quat
from retarget.rigs.average_person import average_joints
from retarget.rigs.gains import JAW
from retarget.rigs.live import LiveCast
from retarget.rigs.solve import Actor, fit

from ..stream.crowd import Crowd
from ..stream.world import World
from .actors import Casting, Wish
from .channels import set_rig_pose
from .face import set_face
from .motion_settings import LiveMotion
from .note import note_text
from .settings import RigSettings
from .shape import RigShape, bones_seen, shape_of, still_fits

_TELL_S = 30.0
"""How long it is said that a character is gone."""

_BODY_M = 0.001
"""A body that differs by more is another one."""


@dataclass(frozen=True)
class _Follows:
    """One character that follows one person."""

    uid: int
    shape: RigShape
    track_id: int

    @property
    def key(self) -> tuple[int, int, int]:
        return self.uid, id(self.shape), self.track_id


class Targets:
    """Moves characters. Holds nothing of Blender's between calls."""

    def __init__(self) -> None:
        self.driven: dict[int, int] = {}
        """Track id by character (`session_uid`) in the newest frame, moved or paused."""
        self.held: frozenset[int] = frozenset()
        """People whose characters stay as they are."""
        self._rigs: dict[int, tuple[str, str | None]] | None = None
        """Where characters were last found; None: nothing is known of those before."""
        self._someone_left = False
        self._gone: dict[int, tuple[str, float]] = {}
        """Names of those that went away, and when."""
        self._shapes: dict[int, RigShape] = {}
        self._crowd, self._casting = Crowd(), Casting()
        self._anchors: dict[int, Array] = {}
        self._world = World()
        self._motion = LiveMotion()
        self._following: list[_Follows] = []
        self._cast: LiveCast | None = None
        self._rests = np.zeros((0, 55, 3))
        self._checked = 0

    @property
    def troubles(self) -> list[str]:
        """What keeps characters from moving, a sentence each."""
        broken = [shape.trouble for shape in self._shapes.values() if shape.trouble]
        return broken + [f"{name} is gone, the others go on" for name, _ in self._gone.values()]

    @property
    def moving(self) -> frozenset[int]:
        """People whose characters moved with them in the newest frames."""
        return frozenset(follows.track_id for follows in self._following)

    def connection_lost(self) -> None:
        """Who comes back is called by other ids, perhaps."""
        self._crowd.connection_lost()

    def look_again(self) -> None:
        """Characters or their bones may have changed: by a button, by undo, by another file."""
        self._rigs = None

    def show_in(self, world: World) -> None:
        """People are shown in this world from now on, and characters go along."""
        carry = self._world.to(world)
        self._world = world
        self._anchors = {uid: carry(at) * [1.0, 0.0, 1.0] for uid, at in self._anchors.items()}
        self._cast, self._following, self._rests = None, [], np.zeros((0, 55, 3))
        self._motion = LiveMotion()

    def characters(self) -> dict[int, list[str]]:
        """Names of those that follow a person now, by track id."""
        found: dict[int, list[str]] = {}
        for uid, (name, _) in (self._rigs or {}).items():
            if uid in self.driven:
                found.setdefault(self.driven[uid], []).append(name)
        return found

    def person_of(self, rig_object: bpy.types.Object) -> int | None:
        """Whom a character follows now."""
        return self.driven.get(rig_object.session_uid)

    def character_of(self, track_id: int) -> bpy.types.Object | None:
        """The first character that somebody moves."""
        uids = {uid for uid, person in self.driven.items() if person == track_id}
        return next((each for each in bpy.data.objects if each.session_uid in uids), None)

    def rest_joints(self, rig_object: bpy.types.Object) -> Array:
        """(55, 3) m of whom it follows, or of an average person."""
        person = self._crowd.people.get(self.driven.get(rig_object.session_uid, -1))
        return average_joints() if person is None else person.rest_joints

    def has_expression(self, rig_object: bpy.types.Object) -> bool | None:
        """Whether the stream carries the expression of whom it follows; None: nobody is there."""
        person = self._crowd.people.get(self.driven.get(rig_object.session_uid, -1))
        return None if person is None else bool(person.expression.any())

    def pose_of(self, rig_object: bpy.types.Object) -> Array | None:
        """(55, 4) joint rotations of whom it follows."""
        person = self._crowd.people.get(self.driven.get(rig_object.session_uid, -1))
        return None if person is None else person.local_wxyz

    def show(self, frames: Iterable[TrackFrame], now_s: float) -> None:
        """Pose every character that has a person in these frames."""
        fresh = self._crowd.update(frames, now_s)
        rigs = self._find(now_s)
        if not rigs:
            self.driven, self._following, self._cast = {}, [], None
            return
        if self._crowd.restarted:
            self._casting.restart()
        for uid, (rig_object, text) in rigs.items():
            self._learn(uid, rig_object, text)
        self._look_closely(rigs, now_s)
        self.driven = self._casting.step(self._crowd.seen, self._wishes(rigs), now_s)
        self._follow([f for f in self._wanted() if f.track_id in self._crowd.people])
        self._pose(rigs, fresh - self.held)

    def _find(self, now_s: float) -> dict[int, tuple[bpy.types.Object, str]]:
        """The characters and their notes, by name order."""
        found: dict[int, tuple[bpy.types.Object, str]] = {}
        if self._rigs is not None and not self._someone_left:
            for uid, place in self._rigs.items():
                rig_object = bpy.data.objects.get(place)
                text = None if rig_object is None else note_text(rig_object)
                if rig_object is None or text is None or rig_object.session_uid != uid:
                    break
                found[uid] = rig_object, text
            else:
                return found
        return self._search(now_s)

    def _search(self, now_s: float) -> dict[int, tuple[bpy.types.Object, str]]:
        """Look through the whole file; who was there before and is not now is told of."""
        noted = [
            (each, text)
            for each in bpy.data.objects
            if each.type == "ARMATURE" and (text := note_text(each)) and _is_shown(each)
        ]
        found = {each.session_uid: (each, text) for each, text in noted}
        removed = {each.session_uid for each in bpy.data.objects if not note_text(each)}
        for uid, (name, _) in (self._rigs or {}).items():
            if uid not in found and uid not in removed:
                self._gone[uid] = name, now_s
        for uid in self._gone.keys() & found.keys():
            del self._gone[uid]
        self._someone_left = False
        self._rigs = {uid: _place(each) for uid, (each, _) in found.items()}
        for kept in (self._shapes, self._anchors):
            for uid in kept.keys() - found.keys():
                del kept[uid]
        for uid in self._shapes.keys() & found.keys():
            if bones_seen(found[uid][0]) != self._shapes[uid].bones:
                self._shapes[uid] = shape_of(*found[uid])
        return found

    def _learn(self, uid: int, rig_object: bpy.types.Object, text: str) -> None:
        before = self._shapes.get(uid)
        if before is not None and still_fits(rig_object, before, text):
            return
        self._shapes[uid] = now = shape_of(rig_object, text)
        if before is None or _given(before) != _given(now):
            self._anchors.pop(uid, None)

    def _look_closely(self, rigs: Mapping[int, tuple[bpy.types.Object, str]], now_s: float) -> None:
        """At one character a tick: bones renamed, rest pose edited, taken out of the scene."""
        self._checked = (self._checked + 1) % len(rigs)
        uid = list(rigs)[self._checked]
        rig_object, text = rigs[uid]
        if bones_seen(rig_object) != self._shapes[uid].bones:
            self._shapes[uid] = shape_of(rig_object, text)
        self._someone_left = not _is_shown(rig_object)
        for gone, (_, since_s) in list(self._gone.items()):
            if now_s - since_s > _TELL_S:
                del self._gone[gone]

    def _wishes(self, rigs: Iterable[int]) -> dict[int, Wish]:
        wishes = ((uid, self._shapes[uid].wish) for uid in rigs)
        return {uid: wish for uid, wish in wishes if wish is not None}

    def _wanted(self) -> list[_Follows]:
        return [
            _Follows(uid, self._shapes[uid], track_id)
            for uid, track_id in sorted(self.driven.items())
            if (note := self._shapes[uid].note) is not None and note.live
        ]

    def _follow(self, wanted: list[_Follows]) -> None:
        """Calibrate whom it takes: another character, another person, another body."""
        if self._cast is None or [f.key for f in wanted] != [f.key for f in self._following]:
            known = {f.key: actor for f, actor in zip(self._following, self._actors, strict=True)}
            actors = [known.get(each.key) or self._fit(each) for each in wanted]
            self._cast = self._going_on(wanted, actors) if actors else None
            self._following, self._rests = wanted, _rests(actors)
        people = self._crowd.people
        rests = np.array([people[f.track_id].rest_joints for f in wanted]).reshape(-1, 55, 3)
        changed = np.abs(rests - self._rests).max((1, 2), initial=0) > _BODY_M
        for row in np.flatnonzero(changed).tolist():
            assert self._cast is not None, "nobody has another body if nobody is there"
            self._cast.recalibrate(row, self._fit(wanted[row]))
            self._rests[row] = rests[row]

    def _going_on(self, wanted: list[_Follows], actors: list[Actor]) -> LiveCast:
        """Feet of those who were here already stay where they are held."""
        cast = LiveCast(actors, [_foot_lock(each) for each in wanted])
        if self._cast is not None:
            rows = {(each.uid, each.track_id): row for row, each in enumerate(self._following)}
            cast.continued(self._cast, [rows.get((f.uid, f.track_id), -1) for f in wanted])
        return cast

    @property
    def _actors(self) -> list[Actor]:
        return [] if self._cast is None else self._cast.actors

    def _fit(self, follows: _Follows) -> Actor:
        """Where a character got its first person they stand on the same spot; a new id of the
        same person must not move it."""
        person = self._crowd.people[follows.track_id]
        anchor = self._anchors.setdefault(follows.uid, person.pelvis * [1.0, 0.0, 1.0])
        assert follows.shape.rig is not None
        return fit(self._world.rig(follows.shape.rig), person.rest_joints, anchor)

    def _pose(
        self, rigs: Mapping[int, tuple[bpy.types.Object, str]], fresh: frozenset[int]
    ) -> None:
        """Set the poses of those whose person is in a new frame."""
        if self._cast is None:
            return
        people = [self._crowd.people[f.track_id] for f in self._following]
        t_s = np.array([person.t_s for person in people])
        local, pelvis = self._motion.apply(
            [((f.uid, f.track_id), _settings(f)) for f in self._following],
            t_s,
            np.stack([person.local_wxyz for person in people]),
            np.stack([person.pelvis for person in people]),
        )
        poses = self._cast.solve(t_s, local, pelvis)
        for row, follows in enumerate(self._following):
            if follows.track_id in fresh and follows.shape.channels is not None:
                rig_object, _ = rigs[follows.uid]
                set_rig_pose(rig_object, follows.shape.channels, poses[row])
                self._set_faces(follows, local[row, JAW], people[row].expression)

    @staticmethod
    def _set_faces(follows: _Follows, jaw_wxyz: Array, expression: Array) -> None:
        strength = _settings(follows).expression_gain
        for mesh in follows.shape.faces:
            set_face(mesh, rotvec_from_quat(jaw_wxyz), strength * expression)


def _settings(follows: _Follows) -> RigSettings:
    assert follows.shape.note is not None, "it follows somebody"
    return follows.shape.note.settings


def _place(rig_object: bpy.types.Object) -> tuple[str, str | None]:
    library = rig_object.library
    return rig_object.name, None if library is None else library.filepath


def _is_shown(rig_object: bpy.types.Object) -> bool:
    """Whether it is in a scene; what was deleted may be kept by others that refer to it."""
    return bool(rig_object.users_collection)


def _foot_lock(follows: _Follows) -> float:
    note = follows.shape.note
    return 0.0 if note is None else note.foot_lock


def _rests(actors: list[Actor]) -> Array:
    """(P, 55, 3) m."""
    return np.array([actor.rest_joints for actor in actors]).reshape(-1, 55, 3)


def _given(shape: RigShape) -> int | None:
    return None if shape.note is None else shape.note.track_id
