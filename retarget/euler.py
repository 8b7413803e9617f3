"""Euler angles for files that want them: intrinsic, any order of three different axes."""

from __future__ import annotations

from functools import reduce

import numpy as np

from livemocap.rotation import Array

_AXES = "XYZ"


def euler_from_matrix(matrix: Array, order: str) -> Array:
    """(..., 3, 3) to (..., 3) rad: matrix = R_order[0] @ R_order[1] @ R_order[2]."""
    i, j, k = (_AXES.index(axis) for axis in order)
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    middle = np.arctan2(sign * matrix[..., i, k], np.hypot(matrix[..., i, i], matrix[..., i, j]))
    first = np.arctan2(-sign * matrix[..., j, k], matrix[..., k, k])
    # undo the first turn, so that near the poles the last one takes up what the first left over
    c, s = np.cos(first), sign * np.sin(first)
    last = np.arctan2(
        c * matrix[..., j, i] + s * matrix[..., k, i], c * matrix[..., j, j] + s * matrix[..., k, j]
    )
    return np.stack([first, middle, sign * last], -1)


def matrix_from_euler(angles: Array, order: str) -> Array:
    """The inverse of `euler_from_matrix`; takes any number of axes, also one twice."""
    turns = (_turn(angles[..., n], _AXES.index(axis)) for n, axis in enumerate(order))
    return reduce(np.matmul, turns)


def continuous_euler(angles: Array) -> Array:
    """(T, ..., 3) rad through time without jumps: of the two triples for each rotation, and
    the whole turns, the nearest to the one before."""
    twin = angles * [1, -1, 1] + np.pi
    stay = np.abs(_wrapped(angles[1:] - angles[:-1])).sum(-1)
    swap = np.abs(_wrapped(twin[1:] - angles[:-1])).sum(-1)
    # the twin of a twin is the triple itself, so that swaps add up
    swapped = np.cumsum(swap < stay, axis=0) % 2 == 1
    chosen = angles.copy()
    chosen[1:] = np.where(swapped[..., None], twin[1:], angles[1:])
    return np.unwrap(chosen, axis=0)


def _turn(angle: Array, axis: int) -> Array:
    """(...) rad to (..., 3, 3) about one axis."""
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.zeros((*angle.shape, 3, 3))
    j, k = (axis + 1) % 3, (axis + 2) % 3
    matrix[..., axis, axis] = 1
    matrix[..., j, j], matrix[..., k, k] = c, c
    matrix[..., j, k], matrix[..., k, j] = -s, s
    return matrix


def _wrapped(angle: Array) -> Array:
    return angle - 2 * np.pi * np.rint(angle / (2 * np.pi))
