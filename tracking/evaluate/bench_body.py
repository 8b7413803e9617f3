"""The body of the benchmark's files: rest joints from its own shape numbers.

A T-pose of 1.70 m, metres, +Y up, facing +Z, left on +X. Betas 0 to 5 stretch the whole body, legs,
arms, shoulders, hips and torso; the other four move no joint.
"""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations, joint_positions

from .motions import body

_BONES_M = {
    "left_hip": (0.068, -0.088, -0.006),
    "left_knee": (0.032, -0.382, 0.002),
    "left_ankle": (-0.010, -0.402, -0.036),
    "left_foot": (0.032, -0.060, 0.122),
    "spine1": (0.0, 0.112, -0.018),
    "spine2": (0.0, 0.134, 0.004),
    "spine3": (0.0, 0.056, 0.012),
    "neck": (0.0, 0.168, -0.024),
    "head": (0.0, 0.094, 0.034),
    "left_collar": (0.046, 0.086, -0.012),
    "left_shoulder": (0.108, 0.038, -0.014),
    "left_elbow": (0.254, -0.012, -0.020),
    "left_wrist": (0.250, 0.010, -0.004),
}
"""From each joint's parent to it; the right side mirrors the left. Face and fingers are not
measured and lie on their parents."""

_ALL, _STRETCH = 0.04, {
    1: (0.03, ("knee", "ankle", "foot")),
    2: (0.03, ("elbow", "wrist")),
    3: (0.04, ("collar", "shoulder")),
    4: (0.04, ("hip",)),
    5: (0.02, ("spine1", "spine2", "spine3", "neck")),
}  # fmt: skip
"""How much a unit of a beta stretches which bones."""


def body_joints(rotvecs: Array, pelvis: Array, betas: Array) -> Array:
    """(..., 55, 3) rad, (..., 3) m and (..., 10) to the body's joints, (..., 22, 3) m."""
    world = global_rotations(matrix_from_rotvec(rotvecs.astype(float)), SMPLX)
    rest = np.zeros((*rotvecs.shape[:-2], len(SMPLX.names), 3))
    bones = _bones(betas.astype(float))
    for joint, parent in enumerate(SMPLX.parents[:BODY_JOINTS]):
        if parent >= 0:
            rest[..., joint, :] = rest[..., parent, :] + bones[..., joint, :]
    return body(joint_positions(world, rest, pelvis.astype(float), SMPLX))


def _bones(betas: Array) -> Array:
    """(..., 10) to (..., 22, 3) m."""
    bones = np.broadcast_to(_REST, (*betas.shape[:-1], BODY_JOINTS, 3)).copy()
    for beta, (share, parts) in _STRETCH.items():
        joints = [j for j, name in enumerate(_NAMES) if name.split("_")[-1] in parts]
        bones[..., joints, :] *= (1 + share * betas[..., beta])[..., None, None]
    return bones * (1 + _ALL * betas[..., 0])[..., None, None]


_NAMES = SMPLX.names[:BODY_JOINTS]
_MIRROR = np.array([-1.0, 1, 1])
_REST = np.array(
    [
        _BONES_M.get(name, _MIRROR * _BONES_M.get(name.replace("right", "left"), (0.0, 0.0, 0.0)))
        for name in _NAMES
    ]
)
