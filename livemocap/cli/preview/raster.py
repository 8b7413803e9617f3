"""A small software rasteriser: shaded triangles with a depth test, in NumPy.

The triangles of a body are a few pixels each, so every pixel of every bounding box is tried at
once; drawing 40 000 triangles takes some 30 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livemocap.coords import project
from livemocap.rotation import Array, normalize

_LIGHT = np.array([-0.45, -0.75, -0.6], np.float32)
"""Direction to the light in the camera frame (Y down): from above, the left and the lens."""
_MAX_SIDE_PX = 400
"""Triangles that reach further are so near the lens that they would only hide everything."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles of one colour in the camera frame."""

    vertices: Array
    """(V, 3) m."""
    faces: Array
    """(F, 3) rows of `vertices`, counter-clockwise seen from outside."""
    bgr: tuple[int, int, int]


def draw_meshes(image: Array, meshes: list[Mesh], K: Array, opacity: float) -> None:
    """Draw into `image` (H, W, 3) uint8, nearest on top, with softened outlines."""
    parts = [_shaded(mesh, K) for mesh in meshes]
    if not parts:
        return
    corners = np.concatenate([corners for corners, _ in parts])
    colors = np.concatenate([colors for _, colors in parts])
    layer = image.copy()
    mask = np.zeros(image.shape[:2], np.uint8)
    pixels, triangles = _covered(corners, *image.shape[:2])
    layer.reshape(-1, 3)[pixels] = colors[triangles]
    mask.reshape(-1)[pixels] = 255
    alpha = cv2.GaussianBlur(mask, (3, 3), 0)[..., None] * np.float32(opacity / 255)
    image[:] = (image + (layer.astype(np.float32) - image) * alpha).astype(np.uint8)


def _shaded(mesh: Mesh, K: Array) -> tuple[Array, Array]:
    """Corners (F, 3, [x px, y px, z m]) of the faces that look at the lens, colours (F, 3)."""
    vertices = mesh.vertices.astype(np.float32)
    flat = np.concatenate([project(K, vertices).astype(np.float32), vertices[:, 2:]], 1)
    a, b, c = (vertices[mesh.faces[:, i]] for i in range(3))
    normals = normalize(np.cross(b - a, c - a))
    towards = -normalize((a + b + c) / 3)
    facing = (normals * towards).sum(1)
    seen = np.nonzero(facing > 0)[0]
    light = normals[seen] @ (_LIGHT / np.linalg.norm(_LIGHT))
    shade = 0.42 + 0.58 * np.clip(0.35 + 0.65 * light, 0, 1)
    rim = 0.25 * (1 - facing[seen]) ** 3
    colors = np.array(mesh.bgr, np.float32) * shade[:, None] + 255 * rim[:, None]
    return flat[mesh.faces[seen]], np.clip(colors, 0, 255).astype(np.uint8)


def _covered(corners: Array, height: int, width: int) -> tuple[Array, Array]:
    """Pixels (flat index) and the triangle on each, far ones first: the last write wins."""
    low = np.ceil(np.nan_to_num(corners[..., :2].min(1), nan=1e6)).astype(np.int64)
    high = np.floor(np.nan_to_num(corners[..., :2].max(1), nan=-1e6)).astype(np.int64)
    low, high = np.maximum(low, 0), np.minimum(high, [width - 1, height - 1])
    size = high - low + 1
    drawn = np.nonzero(((size > 0) & (size < _MAX_SIDE_PX)).all(1))[0]
    counts = size[drawn].prod(1)
    triangle = np.repeat(drawn, counts)
    within = np.arange(len(triangle)) - np.repeat(np.cumsum(counts) - counts, counts)
    x = low[triangle, 0] + within % size[triangle, 0]
    y = low[triangle, 1] + within // size[triangle, 0]
    depth = _depth_inside(corners[triangle], x.astype(np.float32), y.astype(np.float32))
    inside = np.nonzero(depth < np.inf)[0]
    order = inside[np.argsort(-depth[inside], kind="stable")]
    return y[order] * width + x[order], triangle[order]


def _depth_inside(corners: Array, x: Array, y: Array) -> Array:
    """(N,) depth of pixel n on triangle n, infinite where the pixel lies outside."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = (corners[:, i].T for i in range(3))
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
    wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
    wa = 1 - wb - wc
    edge = np.float32(-1e-4)  # neighbours share their edge: no holes between them
    inside = (wa >= edge) & (wb >= edge) & (wc >= edge)
    return np.where(inside, wa * az + wb * bz + wc * cz, np.inf)
