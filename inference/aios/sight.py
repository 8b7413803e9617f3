"""From AiOS's camera to the real one.

AiOS sees every image through a lens of 5000 px at the network's resolution, its axis in the
middle of the image. A person it places at depth Z looks as large through the real lens at depth
Z * f / 5000, f being the real focal length at that resolution. So the pelvis keeps its pixel
and its depth is scaled; rotations stay as predicted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .camera import FOCAL_PX

_NEAREST_M = 1e-3
"""Nothing is nearer than this, so that a wrong answer stays finite."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How one image was seen by the camera and by the network."""

    network_size: tuple[int, int]
    """(oh, ow) px, padding excluded."""
    image_size: tuple[int, int]
    """(h, w) px."""
    K: Array
    """(3, 3) px of the real camera."""

    def pixels(self, units: Array) -> Array:
        """(..., 2) in units of the image to its pixels."""
        h, w = self.image_size
        return units * np.array([w, h])

    def project(self, points: Array) -> Array:
        """(..., 3) m in AiOS's camera to (..., 2) pixels of the image."""
        oh, ow = self.network_size
        depth = np.maximum(points[..., 2:], _NEAREST_M)
        return self.pixels(FOCAL_PX * points[..., :2] / depth / [ow, oh] + 0.5)

    def real(self, points: Array) -> Array:
        """(..., 3) m in AiOS's camera to (..., 3) m in the real one: same pixel, scaled depth."""
        pixels = self.project(points)
        ray = (pixels - self.K[:2, 2]) / self.K.diagonal()[:2]
        depth = points[..., 2:] * self.nearness
        return np.concatenate([ray * depth, depth], -1)

    @property
    def nearness(self) -> float:
        """Depth in the real camera over depth in AiOS's: f at the network's resolution / 5000."""
        (oh, ow), (h, w) = self.network_size, self.image_size
        fx, fy = self.K[0, 0] * ow / w, self.K[1, 1] * oh / h
        return float(np.sqrt(fx * fy)) / FOCAL_PX

    @property
    def px_m(self) -> float:
        """Pixels of the image for each metre at one metre of real depth."""
        return float(np.sqrt(self.K[0, 0] * self.K[1, 1]))
