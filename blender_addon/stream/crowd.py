# SPDX-License-Identifier: GPL-3.0-or-later
"""Everybody in the newest frames of all cameras. Pure NumPy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from livemocap.messages import TRACK_OBSERVED, TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array, quat_from_rotvec

from ..rigs.actors import Seen

FORGET_CAMERA_S = 2.0
"""A camera that is silent for so long, while another one sends, is no part of the stream now."""

_SILENCE_S = 0.5
"""Numbers that begin anew after a silence are another worker's; without one, a clip's that is
played again."""


@dataclass(frozen=True, slots=True)
class Body:
    """One person's pose."""

    local_wxyz: Array
    """(55, 4)."""
    pelvis: Array
    """(3,) m."""
    rest_joints: Array
    """(55, 3) m."""
    t_s: float
    """When they were captured; only differences mean something."""
    expression: Array
    """(E,) coefficients of the face, none where the stream has none."""


@dataclass(slots=True)
class _View:
    """What a camera saw last."""

    sequence: int
    people: dict[int, Body]
    seen: dict[int, Seen]
    seen_s: float = -math.inf


class Crowd:
    """People by track id, put together from frames as they come."""

    def __init__(self) -> None:
        self.people: dict[int, Body] = {}
        self.seen: dict[int, Seen] = {}
        self.restarted = False
        """Whether ids of the last frames are of another worker than those before."""
        self._views: dict[str, _View] = {}
        self._looked_at: tuple[TrackFrame, _View] | None = None
        self._was_cut = False

    def connection_lost(self) -> None:
        """The next frames are another worker's."""
        self._was_cut = bool(self._views)

    def look_ahead(self, frame: TrackFrame) -> dict[int, Body]:
        """Who is in a frame that `update` will take in, by track id."""
        return self._look(frame).people

    def update(self, frames: Iterable[TrackFrame], now_s: float) -> frozenset[int]:
        """Take in new frames, one a camera; returns who is in them."""
        fresh: set[int] = set()
        frames = list(frames)
        self.restarted = self._was_cut and bool(frames)
        self._was_cut &= not frames
        for frame in frames:
            before = self._views.get(frame.camera_id)
            if before is not None and frame.sequence < before.sequence:
                self.restarted |= now_s - before.seen_s > _SILENCE_S
            view = self._look(frame)
            view.seen_s = now_s
            self._views[frame.camera_id] = view
            fresh.update(view.people)
        for camera_id, view in list(self._views.items()):
            if now_s - view.seen_s > FORGET_CAMERA_S:
                del self._views[camera_id]
        self.people = {i: body for view in self._views.values() for i, body in view.people.items()}
        self.seen = {i: seen for view in self._views.values() for i, seen in view.seen.items()}
        return frozenset(fresh)

    def _look(self, frame: TrackFrame) -> _View:
        if self._looked_at is None or self._looked_at[0] is not frame:
            self._looked_at = frame, _view(frame)
        return self._looked_at[1]


def _view(frame: TrackFrame) -> _View:
    view = _View(frame.sequence, {}, {})
    local = quat_from_rotvec(frame.joint_rotvecs)
    pelvis = np.asarray(frame.pelvis, float)
    across = _across(frame)
    t_s = frame.t_capture_ns * 1e-9
    rows = zip(frame.track_ids.tolist(), frame.states.tolist(), strict=True)
    for row, (track_id, state) in enumerate(rows):
        if state == TRACK_TENTATIVE:
            continue
        view.people[track_id] = Body(
            local[row], pelvis[row], frame.rest_joints[row], t_s, frame.expression[row]
        )
        view.seen[track_id] = Seen(
            place=pelvis[row], across=across[row], observed=state == TRACK_OBSERVED
        )
    return view


def _across(frame: TrackFrame) -> list[float]:
    """(P,) where in the picture people are, from left to right."""
    R, t = frame.T_world_cam[:3, :3].astype(float), frame.T_world_cam[:3, 3]
    in_camera = (frame.pelvis - t) @ R
    return (in_camera[:, 0] / np.maximum(in_camera[:, 2], 0.1)).tolist()
