from __future__ import annotations

import numpy as np

from inference.landmarks.pose_space import BODY, exponential, pose_space
from livemocap.rotation import matrix_from_rotvec, rotvec_from_matrix


def test_rest_is_all_angles_zero() -> None:
    local, _ = pose_space().rotations(np.zeros((1, len(pose_space().mean))))
    np.testing.assert_allclose(local[0], np.tile(np.eye(3), (22, 1, 1)), atol=1e-9)


def test_the_right_side_mirrors_the_left() -> None:
    space, mirror = pose_space(), np.diag([-1.0, 1, 1])
    rng = np.random.default_rng(0)
    angles = np.zeros((1, len(space.mean)))
    for group in ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
        rows = space.index(f"left_{group}")
        angles[0, rows] = angles[0, space.index(f"right_{group}")] = rng.standard_normal(len(rows))
    local, _ = space.rotations(angles)
    expected = mirror @ local[0][BODY.mirror] @ mirror
    np.testing.assert_allclose(local[0], expected, atol=1e-9)


def test_elements_say_how_joints_turn_when_angles_change() -> None:
    space, step = pose_space(), 1e-6
    angles = np.random.default_rng(1).normal(space.mean, space.sd)[None]
    local, axes = space.rotations(angles)
    for d in range(len(space.mean)):
        moved, _ = space.rotations(angles + step * (np.arange(len(space.mean)) == d))
        turn = rotvec_from_matrix(moved[0] @ local[0].swapaxes(1, 2)) / step
        expected = np.zeros((22, 3))
        for element in np.flatnonzero(space.element_angles == d):
            expected[space.element_joints[element]] += axes[0, element]
        np.testing.assert_allclose(turn, expected, atol=1e-4)


def test_the_exponential_is_the_rotation_also_at_zero() -> None:
    vectors = np.array([[0, 0, 0], [1e-9, 0, 0], [0.3, -0.2, 1.0], [0, 3.0, 0]])
    rotation, velocity = exponential(vectors)
    np.testing.assert_allclose(rotation, matrix_from_rotvec(vectors), atol=1e-6)
    np.testing.assert_allclose(velocity[0], np.eye(3), atol=1e-6)


def test_usual_angles_are_possible_angles() -> None:
    space = pose_space()
    assert (space.low <= space.mean).all()
    assert (space.mean <= space.high).all()
    assert (space.sd > 0).all()
