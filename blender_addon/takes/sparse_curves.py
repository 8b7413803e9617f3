# SPDX-License-Identifier: GPL-3.0-or-later
"""Fewer keys for what is baked, each property measured as it is meant. Pure NumPy."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from retarget.fewer_keys import (
    Distance,
    angles_apart_deg,
    axis_angles_apart_deg,
    kept_keys,
    metres_apart,
    turned_apart_deg,
)

_PLACE_M = 0.001
"""How far places may be off where keys are left out, in the units of the property."""

_ROTATIONS: dict[str, Distance] = {
    "rotation_quaternion": turned_apart_deg,
    "rotation_euler": angles_apart_deg,
    "rotation_axis_angle": axis_angles_apart_deg,
}


def sparse(frames: Array, data_path: str, values: Array, within_deg: float) -> Array:
    """Rows of the keys to keep: rotations within so many degrees, places within a millimetre.

    Args:
        values: (T, N) of the property at `data_path`.
    """
    if len(frames) < 3:
        return np.arange(len(frames))
    values = np.asarray(values, float)
    measure = _ROTATIONS.get(data_path.rpartition(".")[2])
    if measure is not None:
        return kept_keys(frames, values, measure, within_deg)
    return kept_keys(frames, values, metres_apart, _PLACE_M)
