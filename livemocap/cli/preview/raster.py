"""A small software rasteriser: shaded triangles with a depth test, in NumPy.

The triangles of a body are a few pixels each, so those that cover no pixel's middle are left out
first, and every pixel of the boxes around the others is tried at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livemocap.coords import project
from livemocap.rotation import Array, normalize

_LIGHT = normalize(np.array([-0.45, -0.75, -0.6], np.float32))
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


@dataclass(frozen=True, slots=True)
class _Triangles:
    """F triangles that look at the lens and cover at least one pixel."""

    corners: Array
    """(F, 3 corners, 3) m."""
    px: Array
    """(2, 3 corners, F) x and y on the image."""
    low: Array
    """(2, F) first column and row of the box around each."""
    size: Array
    """(2, F) columns and rows of that box."""
    bgr: Array
    """(F, 3) colour before light falls on it."""


def draw_meshes(image: Array, meshes: list[Mesh], K: Array, opacity: float) -> None:
    """Draw into `image` (H, W, 3) uint8, nearest on top, with softened outlines."""
    if not meshes:
        return
    seen = _seen(meshes, K, *image.shape[:2])
    pixels, triangles = _covered(seen, image.shape[1])
    layer = image.copy()
    mask = np.zeros(image.shape[:2], np.uint8)
    layer.reshape(-1, 3)[pixels] = _shaded(seen)[triangles]
    mask.reshape(-1)[pixels] = 255
    alpha = cv2.GaussianBlur(mask, (3, 3), 0).astype(np.float32) * np.float32(opacity / 255)
    image[:] = cv2.blendLinear(layer, image, alpha, 1 - alpha)


def _seen(meshes: list[Mesh], K: Array, height: int, width: int) -> _Triangles:
    vertices = np.concatenate([mesh.vertices for mesh in meshes]).astype(np.float32)
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes[:-1])])
    faces = np.concatenate([m.faces + start for m, start in zip(meshes, starts, strict=True)])
    colors = np.repeat(
        np.array([m.bgr for m in meshes], np.float32), [len(m.faces) for m in meshes], axis=0
    )
    flat = np.ascontiguousarray(project(K, vertices).astype(np.float32).T)
    px = flat[:, faces.T]
    a, b, c = px[:, 0], px[:, 1], px[:, 2]
    low = np.maximum(np.ceil(np.minimum(np.minimum(a, b), c)), 0)
    limit = np.array([[width - 1], [height - 1]], np.float32)
    size = np.minimum(np.floor(np.maximum(np.maximum(a, b), c)), limit) - low + 1
    # comparisons with NaN, for corners behind the lens, are false
    fits = (size > 0) & (size < _MAX_SIDE_PX)
    kept = np.nonzero(fits[0] & fits[1] & (_cross(b - a, c - a) < 0))[0]
    return _Triangles(
        vertices[faces[kept]],
        px[:, :, kept],
        low[:, kept].astype(np.int64),
        size[:, kept].astype(np.int64),
        colors[kept],
    )


def _shaded(seen: _Triangles) -> Array:
    """(F, 3) uint8: lit from above, brighter towards the outline."""
    a, b, c = seen.corners[:, 0], seen.corners[:, 1], seen.corners[:, 2]
    normals = normalize(np.cross(b - a, c - a))
    facing = -(normals * normalize(a)).sum(1)
    shade = 0.42 + 0.58 * np.clip(0.35 + 0.65 * (normals @ _LIGHT), 0, 1)
    rim = 0.25 * (1 - np.clip(facing, 0, 1)) ** 3
    return np.clip(seen.bgr * shade[:, None] + 255 * rim[:, None], 0, 255).astype(np.uint8)


def _covered(seen: _Triangles, width: int) -> tuple[Array, Array]:
    """Pixels (flat index) and the triangle on each, far ones first: the last write wins."""
    counts = seen.size[0] * seen.size[1]
    triangle = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(triangle)) - np.repeat(np.cumsum(counts) - counts, counts)
    row, column = np.divmod(within, seen.size[0][triangle])
    at = np.stack([column, row]) + seen.low[:, triangle]
    depth = _depth_inside(seen, triangle, at.astype(np.float32))
    inside = np.nonzero(depth < np.inf)[0]
    order = inside[np.argsort(-depth[inside])]
    return at[1, order] * width + at[0, order], triangle[order]


def _depth_inside(seen: _Triangles, triangle: Array, at: Array) -> Array:
    """(N,) depth of the point `at` (2, N) px on each triangle, infinite where it lies outside."""
    a, b, c = seen.px[:, 0], seen.px[:, 1], seen.px[:, 2]
    area = np.minimum(_cross(b - a, c - a), -1e-9)[triangle]
    from_a = at - a[:, triangle]
    wb = _cross(from_a, (c - a)[:, triangle]) / area
    wc = _cross((b - a)[:, triangle], from_a) / area
    wa = 1 - wb - wc
    edge = np.float32(-1e-4)  # neighbours share their edge: no holes between them
    z = seen.corners[..., 2]
    depth = wa * z[triangle, 0] + wb * z[triangle, 1] + wc * z[triangle, 2]
    return np.where((wa >= edge) & (wb >= edge) & (wc >= edge), depth, np.float32(np.inf))


def _cross(u: Array, v: Array) -> Array:
    """(N,) of two (2, N)."""
    return u[0] * v[1] - u[1] * v[0]
