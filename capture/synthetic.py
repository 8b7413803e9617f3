"""A moving test pattern with a few figures of people: the same images on every machine."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from .playback import TimedImage

_COLOURS_BGR = ((80, 160, 240), (200, 120, 60), (90, 200, 110), (170, 90, 200), (60, 60, 210))
_LIMBS = (
    (((0.0, 0.30), (0.0, 0.55)), 0.20),  # torso
    (((-0.03, 0.55), (-0.06, 1.0)), 0.09),
    (((0.03, 0.55), (0.06, 1.0)), 0.09),
    (((-0.09, 0.22), (-0.18, 0.50)), 0.06),
    (((0.09, 0.22), (0.18, 0.50)), 0.06),
)
"""Start, end and thickness in units of the figure's height, x from its middle, y from its top."""


class Synthetic:
    """An endless Recording of figures that walk to and fro before a chequered wall."""

    ending = "end of the test pattern"
    frame_count = 0

    def __init__(self, width: int, height: int, fps: float, people: int = 3) -> None:
        self.name, self.fps = f"synthetic:{people}", fps
        self._people = people
        self._wall = _wall(width, height)

    def images(self) -> Iterator[TimedImage]:
        index = 0
        while True:
            yield TimedImage(round(index * 1e9 / self.fps), self.draw(index / self.fps))
            index += 1

    def draw(self, t_s: float) -> NDArray[np.uint8]:
        """The (H, W, 3) image at a time."""
        bgr = self._wall.copy()
        height, width = bgr.shape[:2]
        for person in range(self._people):
            phase = 2 * np.pi * (t_s / (6 + person) + person / max(self._people, 1))
            x_px = width * (0.5 + 0.38 * np.sin(phase))
            tall_px = height * (0.55 + 0.06 * person)
            _draw_figure(bgr, x_px, height * 0.95 - tall_px, tall_px, 2 * np.pi * t_s, person)
        return bgr


def _draw_figure(
    bgr: NDArray[np.uint8], x_px: float, top_px: float, tall_px: float, step: float, person: int
) -> None:
    colour = _COLOURS_BGR[person % len(_COLOURS_BGR)]

    def at(x: float, y: float, swing: float = 0.0) -> tuple[int, int]:
        return round(x_px + (x + swing) * tall_px), round(top_px + y * tall_px)

    for number, ((start, end), thickness) in enumerate(_LIMBS):
        swing = 0.0 if number == 0 else 0.12 * np.sin(step + np.pi * number)
        cv2.line(bgr, at(*start), at(*end, swing), colour, max(1, round(thickness * tall_px)))
    cv2.circle(bgr, at(0, 0.09), max(1, round(0.08 * tall_px)), (150, 180, 220), cv2.FILLED)


def _wall(width: int, height: int) -> NDArray[np.uint8]:
    """(H, W, 3): soft checks with noise, so that codecs and motion measures find texture."""
    y, x = np.mgrid[:height, :width]
    checks = ((x // 40 + y // 40) % 2) * 24 + 90 + 40 * y / height
    noise = np.random.default_rng(7).normal(0, 5, (height, width))
    grey = np.clip(checks + noise, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
