# SPDX-License-Identifier: GPL-3.0-or-later
"""Track frames to posed proxies: makes, remakes, hides and removes them as people come and go."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import bpy

from livemocap.messages import TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array, quat_from_rotvec

from ..armatures.armature import ProxyPose, pose_order, set_pose
from ..armatures.bones import BoneLayout, bone_layout
from .crowd import FORGET_CAMERA_S
from .proxies import (
    adopt_proxy,
    can_build,
    create_proxy,
    find_proxies,
    fingerprint,
    fits,
    remove_proxy,
    reshape_proxy,
)
from .roster import Person

KEEP_HIDDEN_S = 30.0
"""How long the proxy of a track that is gone waits, hidden, before it is removed."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What posing a proxy takes; plain numbers, no reference into Blender's data."""

    rest: str
    layout: BoneLayout
    order: Array

    def posed(self, local_wxyz: Array, pelvis: Array) -> ProxyPose:
        return ProxyPose.of(self.order, self.layout, local_wxyz, pelvis)


class Poser:
    """Shows the people of each camera's newest frame. Holds nothing of Blender's between calls."""

    def __init__(self) -> None:
        self.age_ms = float("nan")
        """From grab to pose of the newest frame; meaningless when the camera is on another host."""
        self.waits_for_object_mode = False
        """Somebody's armature can only be made once the user leaves the current mode."""
        self.covered: frozenset[int] = frozenset()
        """People whose proxies are hidden, as they move characters of the user's."""
        self.held: frozenset[int] = frozenset()
        """People whose proxies stay as they are."""
        self._people: dict[str, tuple[float, list[Person]]] = {}
        self._shapes: dict[int, _Shape] = {}
        self._ready: tuple[TrackFrame | None, dict[int, tuple[_Shape, ProxyPose]]] = None, {}
        """The frame that was worked on last, and poses by track id."""
        self._gone_since_s: dict[int, float] = {}

    @property
    def people(self) -> list[Person]:
        """Everybody in the newest frames, by track id."""
        everybody = (person for _, people in self._people.values() for person in people)
        return sorted(everybody, key=lambda person: person.track_id)

    def forget_shapes(self) -> None:
        """Bones may have changed behind our back, by undo or another file."""
        self._shapes.clear()

    def work_ahead(self, frame: TrackFrame) -> None:
        """Poses of a frame that will be shown, for the proxies that are there. Any thread may call
        it, while no other one is at work here."""
        poses: dict[int, tuple[_Shape, ProxyPose]] = {}
        rows = self._rows(frame)
        rotations = quat_from_rotvec(frame.joint_rotvecs) if rows else frame.joint_rotvecs
        for row, track_id in rows:
            shape = self._shapes.get(track_id)
            if shape is not None and shape.rest == fingerprint(frame.rest_joints[row]):
                poses[track_id] = shape, shape.posed(rotations[row], frame.pelvis[row])
        self._ready = frame, poses

    def show(self, frames: Iterable[TrackFrame], now_s: float) -> None:
        """Pose everybody; people who are in no camera's newest frame are hidden."""
        proxies = find_proxies()
        self.waits_for_object_mode = False
        for frame in frames:
            self._people[frame.camera_id] = now_s, _people(frame)
            self._pose(frame, proxies)
            self.age_ms = (time.monotonic_ns() - frame.t_grab_ns) / 1e6
        self._forget_silent_cameras(now_s)
        self._retire_gone(proxies, now_s)

    def _rows(self, frame: TrackFrame) -> list[tuple[int, int]]:
        """Rows and track ids of those whose proxies are to be seen."""
        people = zip(frame.track_ids.tolist(), frame.states.tolist(), strict=True)
        return [
            (row, track_id)
            for row, (track_id, state) in enumerate(people)
            if state != TRACK_TENTATIVE and track_id not in self.covered
        ]

    def _pose(self, frame: TrackFrame, proxies: dict[int, bpy.types.Object]) -> None:
        if self._ready[0] is not frame:
            self.work_ahead(frame)
        for row, track_id in self._rows(frame):
            shape, pose = self._ready[1].get(track_id, (None, None))
            rest_joints = frame.rest_joints[row]
            rest = fingerprint(rest_joints) if shape is None else shape.rest
            proxy = self._proxy(track_id, proxies.get(track_id), rest_joints, rest)
            if proxy is None:
                continue
            proxies[track_id] = proxy  # one that was found elsewhere may be hidden
            if track_id in self.held:
                continue
            now = self._shapes[track_id]
            if pose is None or now is not shape:
                rotations = quat_from_rotvec(frame.joint_rotvecs[row])
                pose = now.posed(rotations, frame.pelvis[row])
            set_pose(proxy, pose)

    def _proxy(
        self, track_id: int, proxy: bpy.types.Object | None, rest_joints: Array, rest: str
    ) -> bpy.types.Object | None:
        """The proxy with these rest joints, made or remade if need be; None: it has to wait."""
        proxy = proxy or adopt_proxy(track_id)
        if proxy and fits(proxy, rest) and self._learn_shape(track_id, proxy, rest_joints, rest):
            return proxy
        if not can_build():
            self.waits_for_object_mode = True
            return None
        if proxy is None:
            proxy = create_proxy(track_id, rest_joints)
        else:
            reshape_proxy(proxy, rest_joints)
        self._shapes.pop(track_id, None)
        self._learn_shape(track_id, proxy, rest_joints, rest)
        return proxy

    def _learn_shape(
        self, track_id: int, proxy: bpy.types.Object, rest_joints: Array, rest: str
    ) -> bool:
        """Remember what posing this proxy takes; False when its bones were renamed."""
        known = self._shapes.get(track_id)
        if known is not None and known.rest == rest:
            return True
        try:
            order = pose_order(proxy)
        except ValueError:
            return False
        self._shapes[track_id] = _Shape(rest, bone_layout(rest_joints), order)
        return True

    def _forget_silent_cameras(self, now_s: float) -> None:
        for camera_id, (seen_s, _) in list(self._people.items()):
            if now_s - seen_s > FORGET_CAMERA_S:
                del self._people[camera_id]

    def _retire_gone(self, proxies: dict[int, bpy.types.Object], now_s: float) -> None:
        """Hide who is in no camera's newest frame, and remove who stays away."""
        here = {person.track_id for person in self.people}
        for track_id, proxy in proxies.items():
            hidden = track_id not in here or track_id in self.covered
            if proxy.hide_viewport != hidden:  # writing it is not free
                proxy.hide_viewport = hidden
            if track_id in here:
                self._gone_since_s.pop(track_id, None)
            elif now_s - self._gone_since_s.setdefault(track_id, now_s) > KEEP_HIDDEN_S:
                remove_proxy(proxy)
                self._shapes.pop(track_id, None)
                del self._gone_since_s[track_id]


def _people(frame: TrackFrame) -> list[Person]:
    rows = zip(frame.track_ids.tolist(), frame.states.tolist(), frame.scores.tolist(), strict=True)
    return [
        Person(*row, frame.names.get(str(row[0]), "")) for row in rows if row[1] != TRACK_TENTATIVE
    ]
