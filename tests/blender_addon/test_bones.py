import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from motion import rest_joints

from blender_addon.armatures.bones import bone_layout
from livemocap.coords import blender_from_world
from livemocap.rotation import inverse, matrix_from_quat, multiply, quat_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

LAYOUT = bone_layout(rest_joints())


def test_axes_are_rotations_whose_y_is_the_bone() -> None:
    axes = LAYOUT.axes
    np.testing.assert_allclose(
        axes @ np.swapaxes(axes, 1, 2), np.tile(np.eye(3), (55, 1, 1)), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(axes), 1)
    along = LAYOUT.tails - LAYOUT.heads
    lengths = np.linalg.norm(along, axis=-1, keepdims=True)
    np.testing.assert_allclose(axes[..., 1], along / lengths, atol=1e-12)


def test_the_t_pose_stands_on_the_floor_wherever_the_body_model_has_its_origin() -> None:
    moved = bone_layout(rest_joints() + np.array([3, -7, 1]))
    np.testing.assert_allclose(moved.heads, LAYOUT.heads, atol=1e-12)
    assert LAYOUT.heads[:, 2].min() == 0
    np.testing.assert_array_equal(LAYOUT.heads[0, :2], 0)


@pytest.mark.parametrize(
    ("joint", "hinge"),
    [("left_knee", [-1, 0, 0]), ("right_knee", [-1, 0, 0]), ("spine2", [1, 0, 0])],
)
def test_x_is_the_hinge(joint: str, hinge: list[float]) -> None:
    np.testing.assert_allclose(LAYOUT.axes[SMPLX.index(joint), :, 0], hinge, atol=0.15)


def test_joints_in_one_place_still_get_bones() -> None:
    layout = bone_layout(np.zeros((55, 3)))
    assert np.isfinite(layout.axes).all()
    assert np.linalg.norm(layout.tails - layout.heads, axis=-1).min() >= 0.005


@given(st.integers(0, 2**32 - 1))
def test_chained_bones_end_where_forward_kinematics_does(seed: int) -> None:
    """Blender's rule: a bone is its parent's pose, its place at rest, then its basis."""
    rng = np.random.default_rng(seed)
    local, pelvis = quat_from_rotvec(rng.uniform(-2, 2, (55, 3))), rng.uniform(-5, 5, 3)
    rest = rest_joints()
    rest_matrices, basis = np.tile(np.eye(4), (2, 55, 1, 1))
    rest_matrices[:, :3, :3], rest_matrices[:, :3, 3] = LAYOUT.axes, LAYOUT.heads
    basis[:, :3, :3] = matrix_from_quat(LAYOUT.basis_rotations(local))
    basis[0, :3, 3] = LAYOUT.root_location(pelvis)
    pose = rest_matrices @ basis
    for joint, parent in enumerate(SMPLX.parents[1:], 1):
        step = np.linalg.inv(rest_matrices[parent]) @ rest_matrices[joint]
        pose[joint] = pose[parent] @ step @ basis[joint]
    world = global_rotations(matrix_from_quat(local), SMPLX)
    wanted = blender_from_world(joint_positions(world, rest, pelvis, SMPLX))
    np.testing.assert_allclose(pose[:, :3, 3], wanted, atol=1e-9)


def test_rest_axes_turn_a_rotation_as_basis_rotations_does() -> None:
    turn = quat_from_rotvec(np.full((55, 3), 0.3))
    axes_q = LAYOUT.basis_rotations(turn)
    np.testing.assert_allclose(
        axes_q[:, 1:], np.einsum("jab,jb->ja", LAYOUT.rest_axes, turn[:, 1:])
    )
    undone = multiply(axes_q, LAYOUT.basis_rotations(inverse(turn)))
    np.testing.assert_allclose(undone, np.tile([1.0, 0, 0, 0], (55, 1)), atol=1e-12)
