# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations as curves in whatever way a bone keeps them. Pure NumPy."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, continuous, matrix_from_quat
from retarget.euler import continuous_euler, euler_from_matrix

_NO_ROTATION = 1e-6


def rotation_curves(mode: str, quats_wxyz: Array) -> tuple[str, Array]:
    """A bone's property and its values through time, without jumps.

    Args:
        mode: Blender's rotation_mode of the bone.
        quats_wxyz: (T, 4).

    Returns:
        `rotation_quaternion`, `rotation_axis_angle` or `rotation_euler`, and (T, 4) or (T, 3).
    """
    quats = continuous(np.asarray(quats_wxyz, float))
    if mode == "QUATERNION":
        return "rotation_quaternion", quats
    if mode == "AXIS_ANGLE":
        return "rotation_axis_angle", _axis_angles(quats)
    return "rotation_euler", _eulers(mode, quats)


def _axis_angles(quats: Array) -> Array:
    """(T, 4) angle and axis; the axis never turns over, the angle changes its sign instead."""
    sines = np.linalg.norm(quats[:, 1:], axis=-1, keepdims=True)
    axes = continuous(_held(quats[:, 1:] / np.maximum(sines, _NO_ROTATION), sines[:, 0]))
    along = (quats[:, 1:] * axes).sum(-1, keepdims=True)
    angles = 2 * np.arctan2(np.sign(along) * sines, quats[:, :1])
    return np.concatenate([np.unwrap(angles, axis=0), axes], -1)


def _held(axes: Array, sines: Array) -> Array:
    """(T, 3) with the last axis there was, or else the first one, where nothing is turned."""
    turned = np.flatnonzero(sines > _NO_ROTATION)
    if not len(turned):
        return np.broadcast_to([0.0, 1.0, 0.0], axes.shape)
    last = np.searchsorted(turned, np.arange(len(axes)), side="right") - 1
    return axes[turned[np.maximum(last, 0)]]


def _eulers(order: str, quats: Array) -> Array:
    """(T, 3) rad about x, y, z; Blender turns about the first letter's axis first."""
    outermost_first = order[::-1]
    angles = continuous_euler(euler_from_matrix(matrix_from_quat(quats), outermost_first))
    return angles[:, [outermost_first.index(axis) for axis in "XYZ"]]
