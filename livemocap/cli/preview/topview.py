"""The floor from above: where everybody stands, where they look and where they came from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from livemocap.messages import TRACK_PREDICTED, TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array, matrix_from_rotvec

from .palette import AXIS, FAINT, GRID, PANEL, Bgr, darker, mix, track_color
from .text import put_badge, put_text

_MARGIN_M = 0.7
_SMALLEST_M = 3.0
_OVERSAMPLE = 2
_JUMP_M = 0.5
"""Nobody moves so far from frame to frame: a take started over, or images are missing."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The part of the floor that is drawn: world X to the right, away from the camera up."""

    center_x_m: float
    center_z_m: float
    side_m: float


def floor_of(frames: Iterable[TrackFrame], *, with_camera: bool = True) -> Floor:
    """The floor that everybody in `frames` fits on, and their cameras too."""
    points = [np.zeros((0, 2))]
    for frame in frames:
        points.append(np.asarray(frame.pelvis, float)[:, [0, 2]])
        if with_camera:
            points.append(np.asarray(frame.T_world_cam, float)[[0, 2], 3][None])
    spread = np.concatenate(points)
    spread = spread[np.isfinite(spread).all(1)]
    if not len(spread):
        return Floor(0.0, 0.0, _SMALLEST_M)
    low, high = spread.min(0), spread.max(0)
    side = max(_SMALLEST_M, float((high - low).max()) + 2 * _MARGIN_M)
    x, z = (low + high) / 2
    return Floor(float(x), float(z), side)


class Trails:
    """Where each track was lately."""

    def __init__(self, seconds: float = 4.0) -> None:
        self._window_ns = int(seconds * 1e9)
        self.paths: dict[int, deque[tuple[int, float, float]]] = {}

    def add(self, frame: TrackFrame) -> None:
        now = frame.t_capture_ns
        for row, track_id in enumerate(frame.track_ids.tolist()):
            if frame.states[row] != TRACK_TENTATIVE:
                x, _, z = frame.pelvis[row].tolist()
                self.paths.setdefault(track_id, deque()).append((now, x, z))
        for track_id, path in list(self.paths.items()):
            while path and now - path[0][0] > self._window_ns:
                path.popleft()
            if not path:
                del self.paths[track_id]


def draw_top_view(size: int, floor: Floor, frame: TrackFrame | None, trails: Trails) -> Array:
    """A square picture (size, size, 3) of the floor."""
    view = _View(size * _OVERSAMPLE, floor)
    view.draw_grid()
    if frame is not None:
        view.draw_camera(frame)
    now_ns = frame.t_capture_ns if frame is not None else 0
    for track_id, path in trails.paths.items():
        view.draw_trail(track_color(track_id), list(path), now_ns)
    if frame is not None:
        view.draw_people(frame)
    small = cv2.resize(view.image, (size, size), interpolation=cv2.INTER_AREA)
    put_text(small, "floor from above, 1 m squares", 10, size - 10, max(8, size / 42), FAINT)
    return small


class _View:
    """An oversampled canvas in floor coordinates."""

    def __init__(self, size: int, floor: Floor) -> None:
        self.image = np.full((size, size, 3), PANEL, np.uint8)
        self._floor = floor
        self._size = size
        self._scale = size / floor.side_m
        # the camera looks towards -Z of the world, so away from it is up
        self._unit = size / 400

    def at(self, x_m: float, z_m: float) -> tuple[int, int]:
        return (
            round(self._size / 2 + (x_m - self._floor.center_x_m) * self._scale),
            round(self._size / 2 + (z_m - self._floor.center_z_m) * self._scale),
        )

    def draw_grid(self) -> None:
        reach = self._floor.side_m / 2
        for center, along_x in ((self._floor.center_x_m, True), (self._floor.center_z_m, False)):
            for line in range(int(np.ceil(center - reach)), int(np.floor(center + reach)) + 1):
                color = AXIS if line == 0 else GRID
                at = self.at(line, line)[0 if along_x else 1]
                ends = ((at, 0), (at, self._size)) if along_x else ((0, at), (self._size, at))
                cv2.line(self.image, *ends, color, max(1, round(self._unit)), cv2.LINE_AA)

    def draw_camera(self, frame: TrackFrame) -> None:
        """A small triangle at the lens and the edges of what it sees."""
        T = np.asarray(frame.T_world_cam, float)
        rays = np.array([[0, 0, 1.0], [frame.width, 0, 1]]) - [frame.K[0, 2], 0, 0]
        rays[:, 0] /= frame.K[0, 0]
        directions = (rays * [1, 0, 1]) @ T[:3, :3].T
        lens = self.at(T[0, 3], T[2, 3])
        for direction in directions:
            far = T[:3, 3] + direction * 30
            cv2.line(self.image, lens, self.at(far[0], far[2]), AXIS, 1, cv2.LINE_AA)
        near = [self.at(*(T[:3, 3] + d * 0.25)[[0, 2]]) for d in directions]
        cv2.fillConvexPoly(self.image, np.array([lens, *near]), FAINT, cv2.LINE_AA)

    def draw_trail(self, color: Bgr, path: list[tuple[int, float, float]], now_ns: int) -> None:
        if len(path) < 2:
            return
        oldest = min(path[0][0], now_ns - 1)
        for (_, x0, z0), (t, x1, z1) in pairwise(path):
            if abs(x1 - x0) + abs(z1 - z0) > _JUMP_M:
                continue
            fade = 0.85 * (1 - (t - oldest) / max(now_ns - oldest, 1))
            width = max(2, round(self._unit * (3.2 - 1.6 * fade)))
            shade = mix(color, PANEL, fade)
            cv2.line(self.image, self.at(x0, z0), self.at(x1, z1), shade, width, cv2.LINE_AA)

    def draw_people(self, frame: TrackFrame) -> None:
        facing = matrix_from_rotvec(frame.joint_rotvecs[:, 0].astype(float))[..., 2]
        for row, track_id in enumerate(frame.track_ids.tolist()):
            if frame.states[row] == TRACK_TENTATIVE:
                continue
            color = track_color(track_id)
            if frame.states[row] == TRACK_PREDICTED:
                color = darker(color, 0.5)
            x, _, z = frame.pelvis[row].tolist()
            self._draw_nose(x, z, facing[row], color)
            put_badge(self.image, str(track_id), self.at(x, z), 19 * self._unit, color)

    def _draw_nose(self, x: float, z: float, facing: Array, color: Bgr) -> None:
        """A beak that points where the person faces."""
        length = float(np.hypot(facing[0], facing[2]))
        if length < 0.2:  # lying down: no direction on the floor
            return
        u = np.array([facing[0], facing[2]]) / length
        side = np.array([-u[1], u[0]])
        center, unit = np.array(self.at(x, z)), self._unit
        corners = [center + u * 21 * unit, center + side * 8 * unit, center - side * 8 * unit]
        cv2.fillConvexPoly(self.image, np.round(corners).astype(np.int32), color, cv2.LINE_AA)
