"""Rotations as FBX keeps them: degrees about X, then Y, then Z, the parent's axes."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, matrix_from_quat

from ..euler import continuous_euler, euler_from_matrix

_ORDER = "ZYX"
"""Z Y X as matrices: X turns first."""


def euler_degrees(rotations: Array) -> Array:
    """(..., 4) unit wxyz to (..., 3) degrees about X, Y, Z."""
    return np.degrees(euler_from_matrix(matrix_from_quat(rotations), _ORDER))[..., ::-1]


def continuous_degrees(rotations: Array, before: Array) -> Array:
    """(T, 4) unit wxyz through time to (T, 3) degrees without jumps, from (4,) `before` on."""
    matrices = matrix_from_quat(np.concatenate([before[None], rotations]))
    angles = continuous_euler(euler_from_matrix(matrices, _ORDER))
    return np.degrees(angles[1:, ::-1])
