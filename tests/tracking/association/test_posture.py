"""Postures against the project's plain kinematics."""

from __future__ import annotations

import numpy as np
from motion import rest_joints

from livemocap.rotation import matrix_from_quat, quat_from_matrix, quat_from_rotvec
from livemocap.skeleton import global_rotations, joint_positions
from tracking.association.posture import BODY, postures


def test_postures_are_those_of_forward_kinematics() -> None:
    rotvecs = np.random.default_rng(0).standard_normal((7, 55, 3)).astype(np.float32)
    rotvecs[0] = 0
    rest = np.array([rest_joints(s) for s in np.linspace(0.8, 1.2, 7)], np.float32)
    pose, body, front = postures(rotvecs, rest)
    local = quat_from_rotvec(rotvecs.astype(float))
    local *= np.sign(local[:, :, :1])
    world = global_rotations(matrix_from_quat(local[:, :22]), BODY)
    joints = joint_positions(world, rest[:, :22], np.zeros(3), BODY)
    np.testing.assert_allclose(pose[:, :22], quat_from_matrix(world), atol=1e-6)
    np.testing.assert_allclose(pose[:, 22:], local[:, 22:], atol=1e-6)
    np.testing.assert_allclose(body.reshape(7, 3, 22).swapaxes(1, 2), joints, atol=1e-5)
    np.testing.assert_allclose(front, world[:, 0, :, 2], atol=1e-6)


def test_nobody_has_no_posture() -> None:
    pose, body, front = postures(np.zeros((0, 55, 3), np.float32), np.zeros((0, 55, 3), np.float32))
    assert (pose.shape, body.shape, front.shape) == ((0, 55, 4), (0, 66), (0, 3))
