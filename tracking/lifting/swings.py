"""Turning directions onto each other by the shortest way, as rotation vectors."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array


def swing(a: Array, b: Array) -> Array:
    """(..., 3) the rotation vector that takes unit direction a to b; none if they are opposite."""
    axis = crossed(a, b)
    sine = np.sqrt((axis * axis).sum(-1))
    angle = np.arctan2(sine, (a * b).sum(-1))
    return axis * (angle / np.maximum(sine, 1e-9))[..., None]


def swung(a: Array, rotvec: Array) -> Array:
    """(..., 3) directions turned by rotation vectors (Rodrigues)."""
    angle = np.sqrt((rotvec * rotvec).sum(-1, keepdims=True))
    axis = rotvec / np.maximum(angle, 1e-9)
    cosine = np.cos(angle)
    along = (axis * a).sum(-1, keepdims=True)
    return cosine * a + np.sin(angle) * crossed(axis, a) + (1 - cosine) * along * axis


def mirrored(direction: Array, ray: Array) -> Array:
    """(P, B, 3) the other way round along rays (P, 3), which looks alike in the image."""
    along = (direction * ray[:, None]).sum(-1, keepdims=True)
    return direction - 2 * along * ray[:, None]


def crossed(a: Array, b: Array) -> Array:
    """(..., 3) cross product; np.cross itself takes ten times as long for a few vectors."""
    return a.take(_NEXT, -1) * b.take(_LAST, -1) - a.take(_LAST, -1) * b.take(_NEXT, -1)


_NEXT, _LAST = np.array([1, 2, 0]), np.array([2, 0, 1])
