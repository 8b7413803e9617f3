"""Where a skeleton's last bones end: fingers, toes, jaw and eyes have no joint there."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

_AHEAD_M = {"left_foot": 0.07, "right_foot": 0.07, "jaw": 0.08, "left_eye": 0.03, "right_eye": 0.03}
"""Last bones that point forward at rest."""

_FINGERTIP = 0.8
"""Length of a fingertip as a part of the bone before it."""


def tip_offset(rest_joints: Array, joint: int) -> Array:
    """(3,) m from a joint without children to the end of its bone, at rest."""
    name = SMPLX.names[joint]
    if name in _AHEAD_M:
        return np.array([0.0, 0.0, _AHEAD_M[name]])
    return _FINGERTIP * (rest_joints[joint] - rest_joints[SMPLX.parents[joint]])
