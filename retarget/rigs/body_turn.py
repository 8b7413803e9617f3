"""How a body of joints stands in the world: where it faces, and whether it is upright."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX

_TILTED_DEG = 45.0
"""A rig whose trunk leans by more than this lies on the ground, or another axis is up."""

_UP = np.array([0.0, 1.0, 0.0])


def body_turn(heads: Array, rest: Array | None) -> Array:
    """(3, 3) turns the rig to face as the actor does, or +Z; upright, if it does not stand."""
    left, up = body_axes(heads)
    left_actor, up_actor = np.array([1.0, 0, 0]), _UP
    if rest is not None:
        left_actor, up_actor = body_axes(np.where(np.isnan(heads), np.nan, rest))
    if up @ _UP < np.cos(np.radians(_TILTED_DEG)) * np.linalg.norm(up):
        return _frame(left_actor, up_actor) @ _frame(left, up).T
    return _frame(left_actor, _UP) @ _frame(left, _UP).T


def body_axes(joints: Array) -> tuple[Array, Array]:
    """(3,) right to left and hips to shoulders, by what there is; NaN joints are not there."""
    left = np.array([1.0, 0, 0])
    for name in ("hip", "shoulder", "collar", "knee", "elbow"):
        pair = joints[SMPLX.indices(f"left_{name}", f"right_{name}")]
        if np.isfinite(pair).all() and np.linalg.norm(pair[0] - pair[1]) > 1e-6:
            left = pair[0] - pair[1]
            break
    low, high = (joints[SMPLX.indices(*names)] for names in (_LOW, _HIGH))
    if not np.isfinite(high).any():
        return left, _UP
    return left, np.nanmean(high, 0) - np.nanmean(low, 0)


_LOW = ("pelvis", "left_hip", "right_hip")
_HIGH = ("neck", "spine3", "left_shoulder", "right_shoulder")


def _frame(left: Array, up: Array) -> Array:
    """(3, 3) columns left, up, forward; up is exact."""
    y = normalize(up)
    z = normalize(np.cross(left, y))
    return np.stack([np.cross(y, z), y, z], -1)
