"""A small software rasteriser: shaded triangles with a depth test, in NumPy.

The triangles of a body are a few pixels each, so those that cover no pixel's middle are left out
first, and every pixel of the boxes around the others is tried at once, the furthest triangle
first (the painter's way). `take` is used for indices, being several times faster.
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
    """F triangles that look at the lens and have a pixel's middle in the box around them."""

    corners: Array
    """(3 corners, F, 3) m."""
    px: Array
    """(3 corners, 2, F) x and y on the image."""
    low: Array
    """(2, F) first column and row of the box."""
    size: Array
    """(2, F) columns and rows of the box."""
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
    layer.reshape(-1, 3)[pixels] = _shaded(seen).take(triangles, axis=0)
    mask.reshape(-1)[pixels] = 255
    alpha = cv2.GaussianBlur(mask, (3, 3), 0).astype(np.float32) * np.float32(opacity / 255)
    image[:] = cv2.blendLinear(layer, image, alpha, 1 - alpha)


def _seen(meshes: list[Mesh], K: Array, height: int, width: int) -> _Triangles:
    """The triangles worth drawing, the furthest first."""
    parts = [_seen_of(mesh, K, height, width) for mesh in meshes]
    joined = [
        np.concatenate([part[i] for part in parts], axis) for i, axis in enumerate((1, 2, 1, 1, 0))
    ]
    far_first = np.argsort(-joined[0][..., 2].sum(0))
    corners, px, low, size, colors = joined
    return _Triangles(
        corners.take(far_first, axis=1),
        px.take(far_first, axis=2),
        low.take(far_first, axis=1),
        size.take(far_first, axis=1),
        colors.take(far_first, axis=0),
    )


def _seen_of(mesh: Mesh, K: Array, height: int, width: int) -> tuple[Array, ...]:
    """The fields of _Triangles, of one mesh."""
    vertices = mesh.vertices.astype(np.float32)
    flat = project(K, vertices).astype(np.float32).T.copy()
    a, b, c = (flat.take(column, axis=1) for column in mesh.faces.T)
    # a face looks at the lens when its corners run clockwise in an image whose y points down;
    # comparisons with NaN, for corners behind the lens, are false
    facing = np.nonzero(_cross(b - a, c - a) < 0)[0]
    a, b, c = (corner.take(facing, axis=1) for corner in (a, b, c))
    low = np.maximum(np.ceil(np.minimum(np.minimum(a, b), c)), 0)
    limit = np.array([[width - 1], [height - 1]], np.float32)
    size = np.minimum(np.floor(np.maximum(np.maximum(a, b), c)), limit) - low + 1
    fits = (size > 0) & (size < _MAX_SIDE_PX)
    kept = np.nonzero(fits[0] & fits[1])[0]
    return (
        vertices.take(mesh.faces.take(facing[kept], axis=0).T, axis=0),
        np.stack([corner.take(kept, axis=1) for corner in (a, b, c)]),
        low.take(kept, axis=1).astype(np.int32),
        size.take(kept, axis=1).astype(np.int32),
        np.tile(np.array(mesh.bgr, np.float32), (len(kept), 1)),
    )


def _shaded(seen: _Triangles) -> Array:
    """(F, 3) uint8: lit from above, brighter towards the outline."""
    a, b, c = seen.corners
    normals = normalize(np.cross(b - a, c - a))
    facing = -(normals * normalize(a)).sum(1)
    shade = 0.42 + 0.58 * np.clip(0.35 + 0.65 * (normals @ _LIGHT), 0, 1)
    rim = 0.25 * (1 - np.clip(facing, 0, 1)) ** 3
    return np.clip(seen.bgr * shade[:, None] + 255 * rim[:, None], 0, 255).astype(np.uint8)


def _covered(seen: _Triangles, width: int) -> tuple[Array, Array]:
    """Pixels (flat index) and the triangle on each, far ones first: the last write wins."""
    columns, rows = seen.size
    counts = columns * rows
    triangle = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    within = np.arange(len(triangle), dtype=np.int32)
    within -= np.repeat(np.cumsum(counts, dtype=np.int32) - counts, counts)
    row, column = np.divmod(within, np.repeat(columns, counts))
    x, y = column + np.repeat(seen.low[0], counts), row + np.repeat(seen.low[1], counts)
    to_b, to_c = _weights(seen)
    wb, wc = (
        np.repeat(at_x, counts) * x + np.repeat(at_y, counts) * y + np.repeat(offset, counts)
        for at_x, at_y, offset in (to_b, to_c)
    )
    edge = np.float32(-1e-3)  # neighbours share their edge: no holes between them
    inside = np.nonzero((wb >= edge) & (wc >= edge) & (wb + wc <= 1 - edge))[0]
    return y[inside] * width + x[inside], triangle[inside]


def _weights(seen: _Triangles) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """How far a point is on the way from corner a to b, and to c, as x and y factor and offset."""
    a, b, c = seen.px.astype(np.float64)
    ab, ac = b - a, c - a
    area = np.minimum(_cross(ab, ac), -1e-9)
    to_b = ac[1] / area, -ac[0] / area
    to_c = -ab[1] / area, ab[0] / area
    return tuple(
        (x.astype(np.float32), y.astype(np.float32), (-x * a[0] - y * a[1]).astype(np.float32))
        for x, y in (to_b, to_c)
    )  # type: ignore[return-value] - two, as the loop says


def _cross(u: Array, v: Array) -> Array:
    """(N,) of two (2, N)."""
    return u[0] * v[1] - u[1] * v[0]
