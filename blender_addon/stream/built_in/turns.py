# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns about the world's axes, a time series at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, matrix_from_rotvec


def about_x(angle: ArrayLike) -> Array:
    """(...) rad to (..., 3, 3); a positive one leans forward, or lowers the toes."""
    return _about(angle, 0)


def about_y(angle: ArrayLike) -> Array:
    """(...) rad to (..., 3, 3); a positive one turns to the person's left."""
    return _about(angle, 1)


def about_z(angle: ArrayLike) -> Array:
    """(...) rad to (..., 3, 3); a positive one raises their left side."""
    return _about(angle, 2)


def _about(angle: ArrayLike, axis: int) -> Array:
    return matrix_from_rotvec(np.asarray(angle, float)[..., None] * np.eye(3)[axis])
