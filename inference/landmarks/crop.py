"""Square, turned regions of an image, and cutting them out for a net."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import cv2
import numpy as np

from .observation import Array


@dataclass(frozen=True, slots=True)
class Square:
    """A square of the image: where it is, how large, and how far it is turned."""

    center_px: Array
    """(2,)."""
    side_px: float
    turn_rad: float
    """Clockwise on the screen; 0 is upright."""

    def to_image(self, points: Array) -> Array:
        """(..., 2) positions in the square, 0..1 of its side, to pixels of the image."""
        return (points - 0.5) * self.side_px @ self.axes().T + self.center_px

    def from_image(self, keypoints: Array, out_px: int) -> Array:
        """(N, 3) keypoints of the image, x, y, confidence, to pixels of a crop of the square."""
        out = keypoints.copy()
        turned = (keypoints[:, :2] - self.center_px) @ self.axes()
        out[:, :2] = (turned / self.side_px + 0.5) * out_px
        return out

    def axes(self) -> Array:
        """(2, 2), columns: the square's right and down, in the image."""
        cos, sin = math.cos(self.turn_rad), math.sin(self.turn_rad)
        return np.array([[cos, -sin], [sin, cos]])

    def turned(self, world: Array) -> Array:
        """(N, 3) from the square's axes to the image's; the depth stays."""
        out = world.copy()
        out[:, :2] = world[:, :2] @ self.axes().T
        return out

    def is_sound(self) -> bool:
        """False for what a net answers when it saw nothing: no size, or not a number."""
        return bool(1.0 < self.side_px < 1e5 and np.isfinite(self.center_px).all())


def turn_of(up: Array) -> float:
    """How far a square is turned whose upward direction is `up` (2,), image axes."""
    return math.atan2(up[0], -up[1])


class Pyramid:
    """An image and its halves, so that shrinking a region never skips pixels."""

    def __init__(self, bgr: Array) -> None:
        self._levels = [np.ascontiguousarray(bgr)]
        self._growing = threading.Lock()

    @property
    def bgr(self) -> Array:
        return self._levels[0]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width, height."""
        height, width = self._levels[0].shape[:2]
        return width, height

    def level(self, shrink: float) -> Array:
        """The smallest version that is no smaller than the image / `shrink`; made when asked."""
        wanted = int(math.log2(max(shrink, 1.0)))
        with self._growing:
            while len(self._levels) <= wanted and max(self._levels[-1].shape[:2]) > 1:
                self._levels.append(_halved(self._levels[-1]))
        return self._levels[min(wanted, len(self._levels) - 1)]

    def cut(self, square: Square, out_px: int) -> Array:
        """(out_px, out_px, 3) uint8 RGB of the square, black outside the image."""
        bgr = self.level(square.side_px / out_px)
        ratio = np.array([bgr.shape[1], bgr.shape[0]]) / self.size_px
        to_image = np.empty((2, 3))
        to_image[:, :2] = square.axes() * (square.side_px / out_px)
        to_image[:, 2] = square.center_px - to_image[:, :2].sum(1) * (out_px / 2)
        to_level = ratio[:, None] * to_image
        to_level[:, 2] += (ratio - 1) / 2  # pixels are counted at their middles
        turned = cv2.warpAffine(
            bgr, to_level, (out_px, out_px), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        return cv2.cvtColor(turned, cv2.COLOR_BGR2RGB)

    def cut_unit(self, square: Square, out_px: int) -> Array:
        """(1, out_px, out_px, 3) float32 RGB 0..1, as the landmark nets want it."""
        return unit_batch(self.cut(square, out_px))


def unit_batch(rgb: Array) -> Array:
    """(H, W, 3) uint8 to (1, H, W, 3) float32, 0..1."""
    return np.multiply(rgb, np.float32(1 / 255), dtype=np.float32)[None]


def _halved(bgr: Array) -> Array:
    height, width = bgr.shape[:2]
    half = (max(width // 2, 1), max(height // 2, 1))
    return cv2.resize(bgr, half, interpolation=cv2.INTER_AREA)
