"""Poses as tracking keeps them, and the ones that messages carry."""

from __future__ import annotations

from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import BODY_JOINTS, SMPLX, joint_positions

from ..rotations import local_body

_BEYOND_BODY = [
    (joints[joints >= BODY_JOINTS], parents[joints >= BODY_JOINTS])
    for joints, parents in SMPLX.levels
    if (joints >= BODY_JOINTS).any()
]
"""Levels of the face and the fingers."""


def local_pose(pose_wxyz: Array) -> Array:
    """(P, 55, 4) of People.pose_wxyz to parent-relative quaternions; the root stays as it is."""
    local = pose_wxyz.copy()
    local[:, :BODY_JOINTS] = local_body(pose_wxyz)
    return local


def posed_joints(pose_wxyz: Array, rest_joints: Array, pelvis: Array) -> tuple[Array, Array]:
    """Forward kinematics of People.pose_wxyz.

    Returns:
        (P, 55, 3) m and global rotations (P, 55, 3, 3), both in the frame of the pose.
    """
    rotations = matrix_from_quat(pose_wxyz)
    for joints, parents in _BEYOND_BODY:
        rotations[:, joints] = rotations.take(parents, 1) @ rotations.take(joints, 1)
    return joint_positions(rotations, rest_joints, pelvis, SMPLX), rotations
