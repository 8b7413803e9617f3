"""Rotations in NumPy, over any leading shape. Quaternions are w, x, y, z; angles radians."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
_TINY = 1e-12
_EYE3, _EYE4 = np.eye(3), np.eye(4)

# Many small rotations are what this module is for, and there NumPy's price is the number of its
# calls. So whatever is linear in its entries is one product with a constant table.
_TO_PRODUCTS = np.array(
    # the entries of 4 q q^T: ww wx wy wz, xw xx xy xz, yw yx yy yz, zw zx zy zz, less 1 on its
    # diagonal, from each entry of the rotation
    [
        [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1],  # R00
        [0, 0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, -1, 0, 0, 0],  # R01
        [0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0],  # R02
        [0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0],  # R10
        [1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1],  # R11
        [0, -1, 0, 0, -1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0],  # R12
        [0, 0, -1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, 1, 0, 0],  # R20
        [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0],  # R21
        [1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1],  # R22
    ],
    float,
)
_FROM_PRODUCTS = np.array(
    # the entries of R - 1: 00 01 02, 10 11 12, 20 21 22, from each entry of q q^T
    [
        [0, 0, 0, 0, 0, 0, 0, 0, 0],  # ww
        [0, 0, 0, 0, 0, -2, 0, 2, 0],  # wx
        [0, 0, 2, 0, 0, 0, -2, 0, 0],  # wy
        [0, -2, 0, 2, 0, 0, 0, 0, 0],  # wz
        [0, 0, 0, 0, 0, 0, 0, 0, 0],  # xw
        [0, 0, 0, 0, -2, 0, 0, 0, -2],  # xx
        [0, 2, 0, 2, 0, 0, 0, 0, 0],  # xy
        [0, 0, 2, 0, 0, 0, 2, 0, 0],  # xz
        [0, 0, 0, 0, 0, 0, 0, 0, 0],  # yw
        [0, 0, 0, 0, 0, 0, 0, 0, 0],  # yx
        [-2, 0, 0, 0, 0, 0, 0, 0, -2],  # yy
        [0, 0, 0, 0, 0, 2, 0, 2, 0],  # yz
        [0, 0, 0, 0, 0, 0, 0, 0, 0],  # zw
        [0, 0, 0, 0, 0, 0, 0, 0, 0],  # zx
        [0, 0, 0, 0, 0, 0, 0, 0, 0],  # zy
        [-2, 0, 0, 0, -2, 0, 0, 0, 0],  # zz
    ],
    float,
)
_LEFT_FACTOR = np.array(
    # the matrix that multiplies by a quaternion from the left, row after row, from its entries
    [
        [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],  # w
        [0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0],  # x
        [0, 0, -1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, -1, 0, 0],  # y
        [0, 0, 0, -1, 0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, 0],  # z
    ],
    float,
)
_SKEW = np.zeros((3, 9))
_SKEW[[0, 0, 1, 1, 2, 2], [7, 5, 2, 6, 3, 1]] = [1, -1, 1, -1, 1, -1]


_MANY = 800
"""Numbers from which on an array is worth more calls over all of it."""


def normalize(vector: ArrayLike) -> Array:
    """(..., N) to unit length; a zero vector stays zero."""
    v = np.asarray(vector)
    return v / np.maximum(_length(v), _TINY)


def quat_from_rotvec(rotvec: ArrayLike) -> Array:
    """(..., 3) axis-angle to (..., 4) wxyz."""
    r = np.asarray(rotvec)
    half = np.maximum(0.5 * _length(r), _TINY)
    return np.concatenate([np.cos(half), r * (0.5 * np.sin(half) / half)], -1)


def rotvec_from_quat(quat_wxyz: ArrayLike) -> Array:
    """(..., 4) unit wxyz to (..., 3) axis-angle of at most pi."""
    q = np.asarray(quat_wxyz)
    q = np.where(q[..., :1] < 0, -q, q)
    sine = _length(q[..., 1:])
    angle = 2 * np.arctan2(sine, q[..., :1])
    return q[..., 1:] * np.where(sine < 1e-9, 2.0, angle / np.maximum(sine, 1e-9))


def matrix_from_quat(quat_wxyz: ArrayLike) -> Array:
    """(..., 4) unit wxyz to (..., 3, 3)."""
    q = np.asarray(quat_wxyz)
    if q.size >= _MANY:
        return _matrices_by_entry(q)
    products = (q[..., :, None] * q[..., None, :]).reshape(*q.shape[:-1], 16)
    R = (products @ _FROM_PRODUCTS.astype(q.dtype, copy=False)).reshape(*q.shape[:-1], 3, 3)
    return R + _EYE3.astype(q.dtype, copy=False)


def _matrices_by_entry(q: Array) -> Array:
    """The same entry by entry: more calls, each over all of many."""
    w, x, y, z = np.ascontiguousarray(q.reshape(-1, 4).T)
    x2, y2, z2 = 2 * x, 2 * y, 2 * z
    wx, wy, wz, xx, xy, xz = x2 * w, y2 * w, z2 * w, x2 * x, x2 * y, x2 * z
    yy, yz, zz = y2 * y, y2 * z, z2 * z
    R = np.empty((len(w), 9), (q[:0] * 1.0).dtype)
    R[:, 0], R[:, 1], R[:, 2] = 1 - (yy + zz), xy - wz, xz + wy
    R[:, 3], R[:, 4], R[:, 5] = xy + wz, 1 - (xx + zz), yz - wx
    R[:, 6], R[:, 7], R[:, 8] = xz - wy, yz + wx, 1 - (xx + yy)
    return R.reshape(*q.shape[:-1], 3, 3)


def quat_from_matrix(matrix: ArrayLike) -> Array:
    """(..., 3, 3) rotation to (..., 4) wxyz with w >= 0, by the largest component (Shepperd)."""
    m = np.asarray(matrix)
    m = m.astype(np.result_type(m.dtype, np.float32), copy=False)
    entries = m.reshape(-1, 9) @ _TO_PRODUCTS.astype(m.dtype, copy=False)
    products = entries.reshape(-1, 4, 4) + _EYE4.astype(m.dtype, copy=False)  # 4 q q^T
    best = np.diagonal(products, axis1=1, axis2=2).argmax(-1)
    q = normalize(products[np.arange(len(best)), best])
    return np.where(q[:, :1] < 0, -q, q).reshape(*m.shape[:-2], 4)


def matrix_from_rotvec(rotvec: ArrayLike) -> Array:
    """(..., 3) axis-angle to (..., 3, 3)."""
    return matrix_from_quat(quat_from_rotvec(rotvec))


def rotvec_from_matrix(matrix: ArrayLike) -> Array:
    """(..., 3, 3) to (..., 3) axis-angle of at most pi."""
    return rotvec_from_quat(quat_from_matrix(matrix))


def multiply(a_wxyz: ArrayLike, b_wxyz: ArrayLike) -> Array:
    """Hamilton product: the rotation b, then a. Shapes broadcast."""
    a, b = np.asarray(a_wxyz), np.asarray(b_wxyz)
    kind = np.result_type(a, b, np.float32)
    left = a.astype(kind, copy=False) @ _LEFT_FACTOR.astype(kind, copy=False)
    left = left.reshape(*a.shape[:-1], 4, 4)
    return (left @ b.astype(kind, copy=False)[..., None])[..., 0]


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
    arc = _arc(u, v)
    opposite = (u * v).sum(-1) < -1 + 1e-6
    if np.any(opposite):  # a half turn, and from there the little that is left
        arc = np.where(opposite[..., None, None], _arc(-u, v) @ _half_turn(u), arc)
    return arc


def skew(vector: ArrayLike) -> Array:
    """(..., 3) to the (..., 3, 3) matrix of the cross product."""
    v = np.asarray(vector)
    return (v @ _SKEW.astype(v.dtype, copy=False)).reshape(*v.shape, 3)


def _length(v: Array) -> Array:
    """(..., N) to (..., 1); einsum, because sums along short axes are slow."""
    return np.sqrt(np.einsum("...i,...i->...", v, v))[..., None]


def _arc(u: Array, v: Array) -> Array:
    """shortest_arc of unit vectors that are not opposite."""
    K = v[..., :, None] * u[..., None, :]
    K -= K.swapaxes(-1, -2)
    return _EYE3 + K + K @ K / np.maximum(1 + (u * v).sum(-1), 1e-6)[..., None, None]


def _half_turn(u: Array) -> Array:
    """A half turn about some axis square to `u`."""
    helper = np.where(np.abs(u[..., :1]) < 0.9, [1.0, 0, 0], [0, 1.0, 0])
    p = normalize(np.cross(u, helper))
    return 2 * p[..., :, None] * p[..., None, :] - np.eye(3)
