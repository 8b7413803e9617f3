"""Unit quaternions wxyz of a few legs at a time; here NumPy's price is the number of its calls.

As `livemocap.rotation` has them, in two thirds of its time, of float arrays only.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, matrix_from_quat, multiply, normalize

from .vectors import cross, dot, length


def product(a: Array, b: Array) -> Array:
    """(..., 4) the rotation b, then a; both of one shape."""
    left = (a.reshape(-1, 4) @ _LEFT).reshape(*a.shape, 4)
    return (left @ b[..., None])[..., 0]


def matrices(quat: Array) -> Array:
    """(..., 4) to (..., 3, 3)."""
    flat = quat.reshape(-1, 4)
    products = flat.take(_ROWS, 1) * flat.take(_COLUMNS, 1)
    return (products @ _TO_MATRIX).reshape(*quat.shape[:-1], 3, 3)


def quat_of_turn(turn: Array) -> Array:
    """(..., 3) rad to (..., 4)."""
    half = np.maximum(0.5 * length(turn), 1e-12)[..., None]
    return np.concatenate([np.cos(half), turn * (0.5 * np.sin(half) / half)], -1)


def quat_between(a: Array, b: Array, both: Array) -> Array:
    """(..., 4) the smallest turn from direction a to direction b, which are not opposite.

    Args:
        both: (...) the product of their lengths.
    """
    quat = np.empty((*a.shape[:-1], 4))
    quat[..., 0] = np.maximum(dot(a, b), (1e-6 - 1) * both) + np.maximum(both, 1e-12)
    quat[..., 1:] = cross(a, b)
    return quat / np.sqrt((quat * quat).dot(_SUM))[..., None]


def _products_to_matrix() -> Array:
    """(16, 9) what each product of two entries adds to the matrix."""
    alone = matrix_from_quat(_UNITS)
    half = matrix_from_quat(normalize(_UNITS[:, None] + _UNITS)) - (alone[:, None] + alone) / 2
    half[range(4), range(4)] = alone
    return half.reshape(16, 9)


_UNITS, _SUM = np.eye(4), np.ones(4)
_ROWS, _COLUMNS = np.divmod(np.arange(16), 4)
_TO_MATRIX = _products_to_matrix()
_LEFT = np.moveaxis(multiply(_UNITS[:, None], _UNITS), 1, 2).reshape(4, 16)
"""Takes a quaternion to the (4, 4) matrix that multiplies by it from the left."""
