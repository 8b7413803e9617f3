"""People in all kinds of poses, and where Human3.6M has their points."""

from __future__ import annotations

import numpy as np

from inference.body_model import default_body
from livemocap.h36m_points import h36m_positions
from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

REST = default_body().rest_joints(np.zeros(10)).astype(float)


def posed(rotvecs: Array) -> tuple[Array, Array, Array]:
    """(..., 55, 3) rad to global rotations, joints and H36M points."""
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    joints = joint_positions(world, REST, np.zeros((*rotvecs.shape[:-2], 3)), SMPLX)
    return world, joints, h36m_positions(world, joints, REST)


def some_poses(count: int) -> Array:
    """(count, 55, 3) of people turned anyhow whose limbs bend as limbs do."""
    rng = np.random.default_rng(5)
    rotvecs = np.zeros((count, len(SMPLX.names), 3))
    rotvecs[:, 0] = rng.normal(size=(count, 3))
    for name, spread in {
        **dict.fromkeys(("left_hip", "right_hip", "left_shoulder", "right_shoulder"), 0.5),
        **dict.fromkeys(("spine1", "spine2", "spine3", "neck", "head"), 0.12),
    }.items():
        rotvecs[:, SMPLX.index(name)] = spread * rng.normal(size=(count, 3))
    for side, sign in (("left", -1), ("right", 1)):
        rotvecs[:, SMPLX.index(f"{side}_knee"), 0] = rng.uniform(0, 2, count)
        rotvecs[:, SMPLX.index(f"{side}_elbow"), 1] = sign * rng.uniform(0, 2, count)
    return rotvecs
