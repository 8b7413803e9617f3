# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters of the user's that follow people of the stream. Only their pose is changed.

Objects are looked up anew at every tick: undo, file loading and the user may have replaced them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import bpy

from livemocap.messages import TrackFrame
from livemocap.rotation import Array, rotvec_from_quat
from retarget.rigs.average_person import average_joints
from retarget.rigs.gains import JAW

from ..stream.crowd import Crowd
from ..stream.world import World
from .actors import Casting, Wish
from .channels import set_rig_pose
from .face import set_face
from .note import note_text
from .shape import RigShape, bones_seen, shape_of, still_fits
from .stage import Follows, Stage

_TELL_S = 30.0
"""How long it is said that a character is gone."""


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
        self._stage = Stage()
        self._checked = 0

    @property
    def troubles(self) -> list[str]:
        """What keeps characters from moving, a sentence each."""
        broken = [shape.trouble for shape in self._shapes.values() if shape.trouble]
        return broken + [f"{name} is gone, the others go on" for name, _ in self._gone.values()]

    @property
    def moving(self) -> frozenset[int]:
        """People whose characters moved with them in the newest frames."""
        return frozenset(follows.track_id for follows in self._stage.following)

    def connection_lost(self) -> None:
        """Who comes back is called by other ids, perhaps."""
        self._crowd.connection_lost()

    def look_again(self) -> None:
        """Characters or their bones may have changed: by a button, by undo, by another file."""
        self._rigs = None

    def show_in(self, world: World) -> None:
        """People are shown in this world from now on, and characters go along."""
        self._stage.show_in(world)

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
            self.driven = {}
            self._stage.clear()
            return
        if self._crowd.restarted:
            self._casting.restart()
        for uid, (rig_object, text) in rigs.items():
            self._learn(uid, rig_object, text)
        self._look_closely(rigs, now_s)
        self.driven = self._casting.step(self._crowd.seen, self._wishes(rigs), now_s)
        people = self._crowd.people
        self._stage.follow([f for f in self._wanted() if f.track_id in people], people)
        self._pose(rigs, fresh - self.held)

    def work_ahead(self, frame: TrackFrame) -> None:
        """What `show` will need of a new frame and not of Blender. Any thread may call it, while
        no other one is at work here."""
        people = self._crowd.look_ahead(frame)
        if self._stage.can_pose(people):
            self._stage.posed(people)

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
        for uid in self._shapes.keys() - found.keys():
            del self._shapes[uid]
        self._stage.forget_others(found)
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
            self._stage.forget_place(uid)

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

    def _wanted(self) -> list[Follows]:
        return [
            Follows(uid, self._shapes[uid], track_id)
            for uid, track_id in sorted(self.driven.items())
            if (note := self._shapes[uid].note) is not None and note.live
        ]

    def _pose(
        self, rigs: Mapping[int, tuple[bpy.types.Object, str]], fresh: frozenset[int]
    ) -> None:
        """Set the poses of those whose person is in a new frame."""
        if not self._stage.following:
            return
        now = self._stage.posed(self._crowd.people)
        for row, follows in enumerate(self._stage.following):
            channels, pose = follows.shape.channels, now.poses[row]
            if follows.track_id not in fresh or channels is None or pose is None:
                continue
            set_rig_pose(rigs[follows.uid][0], channels, pose)
            if follows.shape.faces:
                _set_faces(follows, now.local_wxyz[row, JAW], now.bodies[row].expression)


def _set_faces(follows: Follows, jaw_wxyz: Array, expression: Array) -> None:
    strength = follows.settings.expression_gain
    for mesh in follows.shape.faces:
        set_face(mesh, rotvec_from_quat(jaw_wxyz), strength * expression)


def _place(rig_object: bpy.types.Object) -> tuple[str, str | None]:
    library = rig_object.library
    return rig_object.name, None if library is None else library.filepath


def _is_shown(rig_object: bpy.types.Object) -> bool:
    """Whether it is in a scene; what was deleted may be kept by others that refer to it."""
    return bool(rig_object.users_collection)


def _given(shape: RigShape) -> int | None:
    return None if shape.note is None else shape.note.track_id
