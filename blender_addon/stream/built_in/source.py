# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in stream: encoded messages, sixty a second, to be polled like a connection."""

from __future__ import annotations

import time

import numpy as np

from livemocap import wire
from livemocap.coords import assumed_intrinsics, transform
from livemocap.messages import TRACK_OBSERVED, TrackFrame
from livemocap.rotation import Array, rotvec_from_matrix

from .people import LOOP_S, teller, walker

NAME = "test stream"
RATE_HZ = 60
PEOPLE = 2

_WIDTH, _HEIGHT = 1280, 720
_LATE_S = 0.5
"""A machine that slept or stalled for longer goes on from now; frames are not made up for."""


class BuiltInStream:
    """Two people round and round, until nobody polls any more.

    Args:
        topic: what the messages are sent as.
    """

    connected = True
    problem = ""

    def __init__(self, topic: bytes) -> None:
        self._topic = topic
        self._poses: _Poses | None = None
        self._sequence = 0
        self._begun_s = 0.0

    def poll(self, timeout_s: float) -> list[list[bytes]]:
        """The messages that are due by now; empty when none is in about `timeout_s`."""
        if self._poses is None:
            self._poses = _Poses()  # here, because this takes a moment and this is not Blender's
            self._begun_s = time.monotonic()
        wait_s = self._due_s() - time.monotonic()
        if wait_s > 0:
            time.sleep(min(wait_s, timeout_s))
            if wait_s > timeout_s:
                return []
        if time.monotonic() - self._due_s() > _LATE_S:
            self._begun_s = time.monotonic() - self._sequence / RATE_HZ
        # when it was due and not when it is asked for: clocks may be as coarse as frames are long
        frame = self._poses.frame(self._sequence, round(self._due_s() * 1e9))
        self._sequence += 1
        return [[self._topic, *map(bytes, wire.encode(frame))]]

    def close(self) -> None:
        """There is nothing to close."""

    def _due_s(self) -> float:
        return self._begun_s + self._sequence / RATE_HZ


class _Poses:
    """Everybody at every instant of the loop."""

    def __init__(self) -> None:
        times_s = np.arange(round(LOOP_S * RATE_HZ)) / RATE_HZ
        people = walker(times_s), teller(times_s)
        self._rotvecs = _by_frame([rotvec_from_matrix(person.local) for person in people])
        self._pelvis = _by_frame([person.pelvis for person in people])
        self._joints = _by_frame([person.joints() for person in people])
        self._rest = np.stack([person.rest_joints for person in people]).astype(np.float32)
        self._camera = _camera().astype(np.float32)

    def frame(self, sequence: int, now_ns: int) -> TrackFrame:
        """The frame with this number at a moment; the loop begins anew after its last."""
        row = sequence % len(self._pelvis)
        nothing = np.zeros((PEOPLE, 0), np.float32)
        return TrackFrame(
            camera_id=NAME,
            sequence=sequence,
            t_capture_ns=now_ns,
            t_grab_ns=now_ns,
            t_infer_ns=now_ns,
            t_pose_ns=now_ns,
            t_track_ns=now_ns,
            width=_WIDTH,
            height=_HEIGHT,
            K=assumed_intrinsics(_WIDTH, _HEIGHT).astype(np.float32),
            T_world_cam=self._camera,
            world_source="calibrated",
            body_model="made up",
            body_hash="",
            track_ids=np.arange(1, PEOPLE + 1),
            states=np.full(PEOPLE, TRACK_OBSERVED, np.uint8),
            detections=np.arange(PEOPLE),
            scores=np.ones(PEOPLE, np.float32),
            joint_rotvecs=self._rotvecs[row],
            pelvis=self._pelvis[row],
            joints=self._joints[row],
            rest_joints=self._rest,
            betas=nothing,
            expression=nothing,
            joint_confidence=np.ones(self._joints.shape[1:3], np.float32),
        )


def _by_frame(people: list[Array]) -> Array:
    """(T, P, ...) of each one's (T, ...)."""
    return np.stack(people, 1).astype(np.float32)


def _camera() -> Array:
    """(4, 4) to the world; it stands in front, at the height of a breast."""
    return transform(np.diag([1.0, -1, -1]), [0.6, 1.3, 5.5])
