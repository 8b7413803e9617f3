"""How far joints are off: MPJPE, and the same after the best similarity transform."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array


def root_relative_error_mm(joints: Array, true_joints: Array) -> Array:
    """(N, J, 3) m twice to (N, J): distances once the first joints, the pelvises, coincide."""
    off = (joints - joints[:, :1]) - (true_joints - true_joints[:, :1])
    return np.linalg.norm(off, axis=-1) * 1000


def aligned_error_mm(joints: Array, true_joints: Array) -> Array:
    """(N, J, 3) m twice to (N, J): distances after the best rotation, scale and shift."""
    a = joints - joints.mean(1, keepdims=True)
    b = true_joints - true_joints.mean(1, keepdims=True)
    U, S, Vt = np.linalg.svd(b.swapaxes(1, 2) @ a)
    sign = np.ones((len(a), 3))
    sign[:, 2] = np.sign(np.linalg.det(U @ Vt))
    R = (U * sign[:, None]) @ Vt
    scale = (S * sign).sum(-1) / (a * a).sum((1, 2))
    return np.linalg.norm(scale[:, None, None] * a @ R.swapaxes(1, 2) - b, axis=-1) * 1000
