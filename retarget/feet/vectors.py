"""Small sums over many 3-vectors; here NumPy's price is the number of its calls."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

_NEXT, _AFTER = np.array([1, 2, 0]), np.array([2, 0, 1])
UP = np.array([0.0, 1.0, 0.0])
_SUM, _SUM4 = np.ones(3), np.ones(4)
"""A product with it sums faster over few rows than einsum and sums do."""


def cross(a: Array, b: Array) -> Array:
    """(..., 3) a x b."""
    return a.take(_NEXT, -1) * b.take(_AFTER, -1) - a.take(_AFTER, -1) * b.take(_NEXT, -1)


def dot(a: Array, b: Array) -> Array:
    """(..., 3) to (...)."""
    return (a * b).dot(_SUM)


def length(a: Array) -> Array:
    """(..., 3) to (...)."""
    return np.sqrt((a * a).dot(_SUM))


def turned(rotation: Array, vector: Array) -> Array:
    """(..., 3, 3) @ (..., 3)."""
    return (rotation @ vector[..., None])[..., 0]


def turn_between(a: Array, b: Array) -> Array:
    """(..., 3) rad, the smallest turn from direction a to direction b, which are not opposite."""
    axis = cross(a, b)
    sine = length(axis)
    angle = np.arctan2(sine, dot(a, b))
    return axis * (angle / np.maximum(sine, 1e-12))[..., None]


def unit(a: Array) -> Array:
    """(..., 3) of length 1; zero stays zero."""
    return a / np.maximum(length(a), 1e-12)[..., None]


def quat_between(a: Array, b: Array) -> Array:
    """(..., 4) wxyz, the smallest turn from direction a to direction b, which are not opposite."""
    quat = np.empty((*a.shape[:-1], 4))
    both = np.sqrt(dot(a, a) * dot(b, b))
    quat[..., 0] = np.maximum(dot(a, b), (1e-6 - 1) * both) + np.maximum(both, 1e-12)
    quat[..., 1:] = cross(a, b)
    return quat / np.sqrt((quat * quat).dot(_SUM4))[..., None]
