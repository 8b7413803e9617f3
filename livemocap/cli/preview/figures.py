"""People in 3D as figures of lines over a floor, seen from above and aside."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livemocap.lifter import H36M17
from livemocap.rotation import Array, matrix_from_rotvec

from .keypoints import side_color
from .palette import AXIS, FAINT, GRID, PANEL, track_color
from .text import put_badge, put_text

TURN_DEG, TILT_DEG = 35.0, 18.0
"""How far the onlooker stands to the right of the camera's direction, and above the floor."""

_MARGIN = 0.09
_OVERSAMPLE = 2
_LEAST_M = 2.0


@dataclass(frozen=True, slots=True)
class Onlooker:
    """From where figures are seen: without perspective, at one scale for a whole take."""

    R: Array
    """(3, 3) from the world (+Y up) to right, down and away."""
    center: Array
    """(3,) m, what is in the middle."""
    size_m: tuple[float, float]
    """How much of the world the picture shows at least, across and upwards."""
    floor_m: tuple[float, float, float, float]
    """Least and largest x, least and largest z of the floor that is drawn."""

    @classmethod
    def of(cls, points: Array, *, ahead: Array | None = None) -> Onlooker:
        """One who sees all of (..., 3) m; points that are not finite do not count.

        Args:
            ahead: (3,) where the camera looks in the world, -Z without it.
        """
        flat = np.asarray(points, float).reshape(-1, 3)
        flat = flat[np.isfinite(flat).all(1)]
        flat = flat if len(flat) else np.zeros((1, 3))
        flat = _without_outliers(flat)
        R = _view(np.array([0.0, 0.0, -1.0]) if ahead is None else ahead)
        seen = flat @ R.T
        middle = (seen.min(0) + seen.max(0)) / 2
        across, upwards = np.maximum(np.ptp(seen[:, :2], axis=0), _LEAST_M) / (1 - 2 * _MARGIN)
        (x0, _, z0), (x1, _, z1) = flat.min(0) - 0.5, flat.max(0) + 0.5
        floor = float(x0), float(x1), float(z0), float(z1)
        return cls(R, middle @ R, (float(across), float(upwards)), floor)


def draw_figures(
    size: tuple[int, int], onlooker: Onlooker, ids: Array, joints: Array, words: str = ""
) -> Array:
    """A picture (height, width, 3) of people.

    Args:
        size: width and height.
        ids: (P,).
        joints: (P, 17, 3) m in the world (+Y up), H36M17; NaN is not drawn.
    """
    width, height = size
    canvas = _Canvas(width * _OVERSAMPLE, height * _OVERSAMPLE, onlooker)
    canvas.draw_floor()
    known = np.flatnonzero(np.isfinite(joints).all((1, 2)))
    away = (joints[known].mean(1) @ onlooker.R.T)[:, 2]
    for row in known[np.argsort(-away)].tolist():
        canvas.draw_shadow(joints[row])
    for row in known[np.argsort(-away)].tolist():
        canvas.draw_person(int(ids[row]), joints[row])
    small = cv2.resize(canvas.image, size, interpolation=cv2.INTER_AREA)
    put_text(small, words, 10, height - 10, max(8, height / 42), FAINT)
    return small


def _view(ahead: Array) -> Array:
    """(3, 3): rows right, down and away from an onlooker beside whoever looks `ahead`."""
    level = np.array([ahead[0], 0.0, ahead[2]])
    level = level / np.linalg.norm(level) if np.linalg.norm(level) > 1e-6 else np.array([0, 0, -1])
    level = matrix_from_rotvec(np.radians([0, TURN_DEG, 0])) @ level
    tilt = np.radians(TILT_DEG)
    away = np.cos(tilt) * level - [0, np.sin(tilt), 0]
    right = np.cross(level, [0.0, 1.0, 0.0])
    return np.stack([right, np.cross(away, right), away])


def _without_outliers(points: Array) -> Array:
    """Without what a single bad frame has thrown far away."""
    low, high = np.quantile(points, [0.02, 0.98], axis=0)
    room = 0.5 * (high - low) + 0.5
    return points[((points >= low - room) & (points <= high + room)).all(1)]


class _Canvas:
    def __init__(self, width: int, height: int, onlooker: Onlooker) -> None:
        self.image = np.full((height, width, 3), PANEL, np.uint8)
        self._onlooker = onlooker
        self._scale = min(width / onlooker.size_m[0], height / onlooker.size_m[1])
        self._middle = np.array([width / 2, height / 2])
        self._unit = min(width, height) / 400

    def at(self, points: Array) -> Array:
        """(..., 3) m to whole px."""
        o = self._onlooker
        px = (np.asarray(points) - o.center) @ o.R[:2].T * self._scale + self._middle
        return np.round(np.clip(px, -20_000, 20_000)).astype(int)

    def draw_floor(self) -> None:
        """Lines a metre apart."""
        x0, x1, z0, z1 = self._onlooker.floor_m
        for x in range(int(np.ceil(x0)), int(np.floor(x1)) + 1):
            self._line([x, 0, z0], [x, 0, z1], AXIS if x == 0 else GRID, self._unit)
        for z in range(int(np.ceil(z0)), int(np.floor(z1)) + 1):
            self._line([x0, 0, z], [x1, 0, z], AXIS if z == 0 else GRID, self._unit)

    def draw_shadow(self, joints: Array) -> None:
        flat = joints * [1.0, 0.0, 1.0]
        for joint, parent in enumerate(H36M17.parents):
            if parent >= 0:
                self._line(flat[parent], flat[joint], (24, 21, 19), 3 * self._unit)

    def draw_person(self, who: int, joints: Array) -> None:
        """Bones, the far ones first, joints, and the number."""
        color = track_color(who)
        away = joints @ self._onlooker.R[2]
        bones = [(j, p) for j, p in enumerate(H36M17.parents) if p >= 0]
        for joint, parent in sorted(bones, key=lambda bone: -away[list(bone)].sum()):
            fill = side_color(H36M17.names[joint], color)
            self._line(joints[parent], joints[joint], (20, 18, 16), 4.6 * self._unit)
            self._line(joints[parent], joints[joint], fill, 2.8 * self._unit)
        head = self.at(joints[H36M17.index("head")])
        radius = round(4.5 * self._unit)
        cv2.circle(self.image, tuple(head.tolist()), radius, color, -1, cv2.LINE_AA)
        above = (float(head[0]), float(head[1]) - 17 * self._unit)
        put_badge(self.image, str(who), above, 15 * self._unit, color)

    def _line(self, a: object, b: object, color: tuple[int, int, int], width: float) -> None:
        ends = self.at(np.array([a, b], float)).tolist()
        cv2.line(self.image, ends[0], ends[1], color, max(1, round(width)), cv2.LINE_AA)
