from __future__ import annotations

import aios_reference
import numpy as np
import pytest
import torch
from reference import check_golden
from scipy.spatial.transform import Rotation

from inference.aios.rotation import axis_angle_from_matrix, matrix_from_axis_angle

PARTS = ["pose", "lhand_pose", "rhand_pose", "jaw_pose"]


def rotvecs(count: int, largest: float = 2 * np.pi) -> torch.Tensor:
    """Random axes, angles from 0 to `largest` rad."""
    rng = np.random.default_rng(3)
    axis = rng.standard_normal((count, 3))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    return torch.from_numpy(axis * np.linspace(0, largest, count)[:, None])


def predicted_matrices() -> torch.Tensor:
    """(1, 100, 53, 3, 3), what the network of the golden case predicted."""
    golden = aios_reference.golden("small")
    return torch.from_numpy(np.concatenate([golden[f"out_pred_smpl_{p}"] for p in PARTS], 2))


def test_the_golden_rotations_become_the_golden_axis_angles() -> None:
    found = axis_angle_from_matrix(predicted_matrices()).flatten(2)
    rows, passed = check_golden.compare({"out_pred_smpl_fullpose": found.numpy()}, "small")
    assert passed, rows


def test_angles_above_pi_are_kept_as_the_reference_has_them() -> None:
    root = axis_angle_from_matrix(predicted_matrices()[0, :, 0])
    assert (root.norm(dim=-1) > np.pi).any()


def test_axis_angles_of_any_size_become_the_matrices_scipy_makes_of_them() -> None:
    vectors = rotvecs(500, largest=7 * np.pi)
    expected = Rotation.from_rotvec(vectors.numpy()).as_matrix()
    np.testing.assert_allclose(matrix_from_axis_angle(vectors), expected, atol=1e-13)


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float64, 1e-12), (torch.float32, 2e-6)])
def test_a_rotation_survives_the_way_there_and_back(dtype: torch.dtype, atol: float) -> None:
    matrices = matrix_from_axis_angle(rotvecs(2000)).to(dtype)
    back = matrix_from_axis_angle(axis_angle_from_matrix(matrices))
    assert back.dtype == dtype
    torch.testing.assert_close(back, matrices, atol=atol, rtol=0)


@pytest.mark.parametrize("axis", np.vstack([np.eye(3), [[0.6, 0, 0.8], [0.6, -0.8, 0]]]), ids=str)
def test_half_turns_keep_their_axis(axis: np.ndarray) -> None:
    matrix = torch.from_numpy(2 * np.outer(axis, axis) - np.eye(3))
    found = axis_angle_from_matrix(matrix).numpy()
    np.testing.assert_allclose(found * np.sign(found @ axis), np.pi * axis, atol=1e-12)


def test_small_rotations_lose_no_digits() -> None:
    vectors = rotvecs(100, largest=1e-5).float()
    found = axis_angle_from_matrix(matrix_from_axis_angle(vectors))
    torch.testing.assert_close(found, vectors, atol=1e-11, rtol=1e-5)


def test_a_matrix_of_zeros_is_no_rotation() -> None:
    assert axis_angle_from_matrix(torch.zeros(2, 3, 3)).tolist() == [[0, 0, 0]] * 2


def test_identity_is_no_rotation_and_back() -> None:
    assert axis_angle_from_matrix(torch.eye(3)).tolist() == [0, 0, 0]
    assert torch.equal(matrix_from_axis_angle(torch.zeros(3)), torch.eye(3))
