"""Unit quaternions of many joints, people and frames at once, component before person: each
component of a joint is one contiguous array, which is what makes this fast.

Quaternions are (..., 4, B, T) wxyz, vectors (..., 3, B, T) or (..., 3, B, 1).
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array


def product(a: Array, b: Array) -> Array:
    """The turn b, then a: (..., 4, B, T)."""
    aw, ax, ay, az = np.moveaxis(a, -3, 0)
    bw, bx, by, bz = np.moveaxis(b, -3, 0)
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        -3,
    )


def from_rotvec(rotvec: Array) -> Array:
    """(..., 3, B, T) rad to (..., 4, B, T)."""
    half = 0.5 * np.sqrt((rotvec**2).sum(-3, keepdims=True))
    return np.concatenate([np.cos(half), 0.5 * rotvec * np.sinc(half / np.pi)], -3)


def unit(quat: Array) -> Array:
    """(..., 4, B, T) to length 1."""
    return quat / np.sqrt((quat**2).sum(-3, keepdims=True))


def mixed(a: Array, b: Array, share: Array) -> Array:
    """From a, where `share` is 0, to b, where it is 1, the shorter way."""
    side = np.where((a * b).sum(-3, keepdims=True) < 0, -1, 1).astype(a.dtype)
    return unit(a + share * (side * b - a))


def matrix(quat: Array) -> Array:
    """(..., 4, B, T) to (..., 3, 3, B, T)."""
    w, x, y, z = np.moveaxis(quat, -3, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, -3) for row in rows], -4)


def turned(m: Array, v: Array) -> Array:
    """(..., 3, 3, B, T) of (..., 3, B, T)."""
    x, y, z = np.moveaxis(v[..., None, :, :, :], -3, 0)
    return m[..., 0, :, :] * x + m[..., 1, :, :] * y + m[..., 2, :, :] * z
