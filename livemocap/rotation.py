"""Rotations in NumPy, over any leading shape. Quaternions are w, x, y, z; angles radians."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
_TINY = 1e-12


def normalize(vector: ArrayLike) -> Array:
    """(..., N) to unit length; a zero vector stays zero."""
    v = np.asarray(vector)
    length = np.sqrt((v * v).sum(-1, keepdims=True))
    return v / np.maximum(length, _TINY)


def quat_from_rotvec(rotvec: ArrayLike) -> Array:
    """(..., 3) axis-angle to (..., 4) wxyz."""
    r = np.asarray(rotvec)
    half = 0.5 * np.sqrt((r * r).sum(-1, keepdims=True))
    scale = 0.5 * np.sinc(half / np.pi)  # sin(half) / (2 half), exact at 0
    return np.concatenate([np.cos(half), r * scale], -1)


def rotvec_from_quat(quat_wxyz: ArrayLike) -> Array:
    """(..., 4) unit wxyz to (..., 3) axis-angle of at most pi."""
    q = np.asarray(quat_wxyz)
    q = np.where(q[..., :1] < 0, -q, q)
    sine = np.sqrt((q[..., 1:] ** 2).sum(-1, keepdims=True))
    angle = 2 * np.arctan2(sine, q[..., :1])
    return q[..., 1:] * np.where(sine < 1e-9, 2.0, angle / np.maximum(sine, 1e-9))


def matrix_from_quat(quat_wxyz: ArrayLike) -> Array:
    """(..., 4) unit wxyz to (..., 3, 3)."""
    w, x, y, z = np.moveaxis(np.asarray(quat_wxyz), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def quat_from_matrix(matrix: ArrayLike) -> Array:
    """(..., 3, 3) rotation to (..., 4) wxyz with w >= 0, by the largest component (Shepperd)."""
    m = np.asarray(matrix)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    d, e, f = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    squares = np.stack(
        [1 + m00 + m11 + m22, 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22], -1
    )
    rows = np.stack(
        [
            np.stack([squares[..., 0], a, b, c], -1),
            np.stack([a, squares[..., 1], d, e], -1),
            np.stack([b, d, squares[..., 2], f], -1),
            np.stack([c, e, f, squares[..., 3]], -1),
        ],
        -2,
    )
    best = squares.argmax(-1)[..., None, None]
    q = normalize(np.take_along_axis(rows, best, -2)[..., 0, :])
    return np.where(q[..., :1] < 0, -q, q)


def matrix_from_rotvec(rotvec: ArrayLike) -> Array:
    """(..., 3) axis-angle to (..., 3, 3)."""
    return matrix_from_quat(quat_from_rotvec(rotvec))


def rotvec_from_matrix(matrix: ArrayLike) -> Array:
    """(..., 3, 3) to (..., 3) axis-angle of at most pi."""
    return rotvec_from_quat(quat_from_matrix(matrix))


def multiply(a_wxyz: ArrayLike, b_wxyz: ArrayLike) -> Array:
    """Hamilton product: the rotation b, then a. Shapes broadcast."""
    aw, ax, ay, az = np.moveaxis(np.asarray(a_wxyz), -1, 0)
    bw, bx, by, bz = np.moveaxis(np.asarray(b_wxyz), -1, 0)
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        -1,
    )


def inverse(quat_wxyz: ArrayLike) -> Array:
    """Conjugate of unit quaternions."""
    return np.asarray(quat_wxyz) * np.array([1, -1, -1, -1], np.asarray(quat_wxyz).dtype)


def rotate(quat_wxyz: ArrayLike, vector: ArrayLike) -> Array:
    """Rotate (..., 3) vectors by (..., 4) unit quaternions."""
    q, v = np.asarray(quat_wxyz), np.asarray(vector)
    twice = 2 * np.cross(q[..., 1:], v)
    return v + q[..., :1] * twice + np.cross(q[..., 1:], twice)


def slerp(a_wxyz: ArrayLike, b_wxyz: ArrayLike, fraction: ArrayLike) -> Array:
    """The shorter way from a (0) to b (1); `fraction` broadcasts against the leading shape."""
    a, b = np.asarray(a_wxyz), np.asarray(b_wxyz)
    step = rotvec_from_quat(multiply(inverse(a), b))
    return multiply(a, quat_from_rotvec(step * np.asarray(fraction)[..., None]))


def geodesic(a_matrix: ArrayLike, b_matrix: ArrayLike) -> Array:
    """Angle between rotations (..., 3, 3), rad; exact also near 0 and pi."""
    relative = np.swapaxes(np.asarray(a_matrix), -1, -2) @ np.asarray(b_matrix)
    return np.linalg.norm(rotvec_from_matrix(relative), axis=-1)


def continuous(quat_wxyz: ArrayLike) -> Array:
    """(T, ..., 4): signs flipped so that neighbours in time never jump to the antipode."""
    q = np.asarray(quat_wxyz)
    flips = np.where((q[1:] * q[:-1]).sum(-1, keepdims=True) < 0, -1, 1).astype(q.dtype)
    return np.concatenate([q[:1], q[1:] * np.cumprod(flips, 0)])


def shortest_arc(a: ArrayLike, b: ArrayLike) -> Array:
    """The smallest rotation (..., 3, 3) that takes direction a to direction b."""
    u, v = normalize(np.asarray(a, float)), normalize(np.asarray(b, float))
    axis, cosine = np.cross(u, v), (u * v).sum(-1)
    K = skew(axis)
    arc = np.eye(3) + K + K @ K / np.maximum(1 + cosine, 1e-6)[..., None, None]
    opposite = cosine < -1 + 1e-6
    if np.any(opposite):
        arc = np.where(opposite[..., None, None], _half_turn(u), arc)
    return arc


def skew(vector: ArrayLike) -> Array:
    """(..., 3) to the (..., 3, 3) matrix of the cross product."""
    x, y, z = np.moveaxis(np.asarray(vector), -1, 0)
    zero = np.zeros_like(x)
    rows = [[zero, -z, y], [z, zero, -x], [-y, x, zero]]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def _half_turn(u: Array) -> Array:
    """A half turn about some axis square to `u`."""
    helper = np.where(np.abs(u[..., :1]) < 0.9, [1.0, 0, 0], [0, 1.0, 0])
    p = normalize(np.cross(u, helper))
    return 2 * p[..., :, None] * p[..., None, :] - np.eye(3)
