"""Legs that reach for a place: turned at the hip, in themselves as they were.

Bringing an ankle nearer to the hip by a centimetre bends a straight knee by 18 degrees, and no
pose is that far off: whatever lies along the leg is left alone. What pulls a foot away from where
it stands are errors of the hips and of all above; the foot turns with the leg, as it would
without them.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, multiply
from livemocap.skeleton import SMPLX

_TURNED = SMPLX.indices(
    *(f"{side}_{name}" for name in ("hip", "knee", "ankle", "foot") for side in ("left", "right"))
)
_SIDES = np.array([0, 1] * 4)
_NEXT, _LAST = np.array([1, 2, 0]), np.array([2, 0, 1])


def reach_legs(pose_wxyz: Array, legs: Array, moved: Array) -> Array:
    """Turn legs so that ankles come to lie elsewhere, as far as their reach allows.

    Args:
        pose_wxyz: (P, 55, 4) of People, whose first 22 rotations are global.
        legs: (P, 4, 2, 3) m, of `leg_joints`.
        moved: (P, 2, 3) m, by how much each ankle is to move.

    Returns:
        (P, 55, 4): seen from their parents, only the hips are turned.
    """
    now = legs[:, 2] - legs[:, 0]
    turns = _arc(now, now + moved)
    pose = pose_wxyz.copy()
    pose[:, _TURNED] = multiply(turns[:, _SIDES], pose_wxyz.take(_TURNED, 1))
    return pose


def _arc(a: Array, b: Array) -> Array:
    """(..., 4) wxyz the shortest turn that takes a's direction to b's."""
    q = np.empty((*a.shape[:-1], 4))
    q[..., 0] = np.sqrt((a * a).sum(-1) * (b * b).sum(-1)) + (a * b).sum(-1)
    q[..., 1:] = a.take(_NEXT, -1) * b.take(_LAST, -1) - a.take(_LAST, -1) * b.take(_NEXT, -1)
    return q / np.maximum(np.sqrt((q * q).sum(-1, keepdims=True)), 1e-12)
