"""Joints that turn more or less than the person's."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from livemocap.rotation import Array, quat_from_rotvec, rotvec_from_quat
from livemocap.skeleton import SMPLX

from .rig import FINGERS

JAW = SMPLX.index("jaw")


def bent_fingers(local_wxyz: Array, gain: Array | float) -> Array:
    """(..., 55, 4) with the fingers bent so many times as far, from flat hands.

    Args:
        gain: a number, or (...) of them.
    """
    return _turned(local_wxyz, FINGERS, gain)


def opened_jaw(local_wxyz: Array, gain: Array | float) -> Array:
    """(..., 55, 4) with the jaw turned so many times as far."""
    return _turned(local_wxyz, (JAW,), gain)


def _turned(local_wxyz: Array, joints: Iterable[int], gain: Array | float) -> Array:
    rows = np.array(sorted(joints))
    turned = rotvec_from_quat(local_wxyz[..., rows, :])
    changed = np.array(local_wxyz, float)
    changed[..., rows, :] = quat_from_rotvec(turned * np.asarray(gain)[..., None, None])
    return changed
