"""One image of the demo with its people drawn over it, at the network's resolution."""

from __future__ import annotations

import cv2
import numpy as np

from inference.aios.camera import FOCAL_PX
from inference.aios.jobs.demo import Shown
from livemocap.rotation import Array

from ..preview.palette import track_color
from ..preview.raster import Mesh, draw_meshes
from ..preview.text import put_badge

_OPACITY = 0.8


def overlay(shown: Shown, faces: Array) -> Array:
    """(oh, ow, 3) uint8 BGR: everybody's mesh, box and number, the same colour for each number."""
    assert shown.picture.bgr is not None
    image = at_network_size(shown.picture.bgr, shown.people.size)
    meshes = [
        Mesh(vertices, faces, track_color(k + 1)) for k, vertices in enumerate(shown.vertices)
    ]
    draw_meshes(image, meshes, network_intrinsics(shown.people.size), _OPACITY)
    for k, box in enumerate(shown.people.boxes):
        _draw_box(image, k, box)
    return image


def network_intrinsics(size: tuple[int, int]) -> Array:
    """AiOS's camera for an image of (oh, ow) pixels."""
    oh, ow = size
    return np.array([[FOCAL_PX, 0, ow / 2], [0, FOCAL_PX, oh / 2], [0, 0, 1]])


def at_network_size(bgr: Array, size: tuple[int, int]) -> Array:
    """A copy resampled as for the network, pixel 0 to pixel 0, but without its dark last rows."""
    (h, w), (oh, ow) = bgr.shape[:2], size
    scale = np.array([[ow / w, 0, 0], [0, oh / h, 0]])
    return cv2.warpAffine(
        bgr, scale, (ow, oh), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _draw_box(image: Array, k: int, box: Array) -> None:
    """The body's box, and the number that the person's files have at its top."""
    limit = np.tile(image.shape[1::-1], 2)
    x0, y0, x1, y1 = np.clip(np.round(box), -limit, 2 * limit).astype(int).tolist()
    thick = max(1, round(min(image.shape[:2]) / 400))
    cv2.rectangle(image, (x0, y0), (x1, y1), track_color(k + 1), thick, cv2.LINE_AA)
    height = max(20.0, min(image.shape[:2]) / 28)
    put_badge(image, str(k), ((x0 + x1) / 2, y0 - height / 2), height, track_color(k + 1))
