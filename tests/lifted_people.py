"""People of known poses as an engine sees them, and what a flawless lifter would say of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from known_lifter import h36m
from motion import rest_joints
from posing_people import posing
from seen_people import Actor, seen
from waving_people import poses_at

from livemocap.lifter import Lifted, Sight
from livemocap.rotation import Array
from livemocap.skeleton import SMPLX
from tracking.people import People
from tracking.scene.body import posed_joints

FPS = 30.0
ONE = seen([Actor(0, -4)])


def waving(seconds: float, first: bool = True) -> list[People]:
    """Somebody who waves and walks on the spot, 4 m in front of the camera."""
    times = np.arange(round(seconds * FPS)) / FPS
    return [
        image(pose, t, first and k == 0)
        for k, (pose, t) in enumerate(zip(poses_at(times), times, strict=True))
    ]


def image(pose_wxyz: Array, t_s: float, fresh: bool = False) -> People:
    """One person, key 1, with a body of their own."""
    rest = rest_joints(1.0)[None].astype(np.float32)
    fields: dict[str, Any] = {"rest_joints": rest, "fresh": np.array([fresh]), "frame": ONE}
    return posing(pose_wxyz[None], t_s, **fields)


def joints_of(people: People) -> Array:
    """(P, 55, 3) m about the pelvis."""
    nowhere = np.zeros((len(people.keys), 3))
    return posed_joints(people.pose_wxyz, people.rest_joints, nowhere)[0]


def lifted(people: People) -> Array:
    """(P, 17, 3) m of H36M17, exactly as the people are."""
    return h36m(joints_of(people)[:, :22])


def direction(people: People, joint: str, end: str) -> Array:
    """(3,) unit, of the first person's bone."""
    joints = joints_of(people)[0]
    bone = joints[SMPLX.index(end)] - joints[SMPLX.index(joint)]
    return bone / np.linalg.norm(bone)


def angle_deg(a: Array, b: Array) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b, -1, 1))))


class ScriptedLifter:
    """Answers what `says` makes of a sight, held back by `look_ahead_s`; may raise.

    Args:
        says: (sight) to (P, 17, 3).
    """

    name = "scripted"

    def __init__(self, says: Callable[[Sight], Array], look_ahead_s: float = 0.0) -> None:
        self.look_ahead_s, self._says = look_ahead_s, says
        self.sights: list[Sight] = []
        self._held: list[Sight] = []

    def push(self, sight: Sight, /) -> Sequence[Lifted]:
        self.sights.append(sight)
        self._held.append(sight)
        ready = []
        while self._held and sight.t_s - self._held[0].t_s >= self.look_ahead_s - 1e-9:
            ready.append(self._lift(self._held.pop(0)))
        return ready

    def flush(self) -> Sequence[Lifted]:
        ready = [self._lift(sight) for sight in self._held]
        self._held = []
        return ready

    def reset(self) -> None:
        self._held = []

    def _lift(self, sight: Sight) -> Lifted:
        return Lifted(t_s=sight.t_s, keys=sight.keys, joints=self._says(sight))


def nothing(sight: Sight) -> Array:
    return np.full((len(sight.keys), 17, 3), np.nan)


def standing(sight: Sight) -> Array:
    """Everybody upright with their arms hanging, whoever they are."""
    pose = poses_at(np.zeros(1))
    pose[:, 1:22] = pose[:, :1]
    one = lifted(image(pose[0], 0.0))
    return np.repeat(one, len(sight.keys), 0)
