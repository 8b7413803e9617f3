from __future__ import annotations

import pytest
import torch

from kernels.rot6d import fused, matrix_from_rot6d, reference

TOLERANCE = {
    torch.float32: {"atol": 2e-6, "rtol": 0.0},
    torch.float16: {"atol": 1e-3, "rtol": 0.0},
    torch.bfloat16: {"atol": 8e-3, "rtol": 0.0},
}


def test_identity_is_1_0_0_1_0_0() -> None:
    assert torch.equal(matrix_from_rot6d(torch.tensor([1.0, 0, 0, 1, 0, 0])), torch.eye(3))


def test_six_are_the_first_two_columns_of_a_rotation() -> None:
    rotations, _ = torch.linalg.qr(torch.randn(20, 3, 3, dtype=torch.float64))
    rotations *= torch.linalg.det(rotations)[:, None, None]
    six = rotations[..., :2].reshape(20, 6)
    torch.testing.assert_close(matrix_from_rot6d(six), rotations)


def test_length_and_shear_of_the_columns_do_not_matter() -> None:
    six = torch.randn(20, 6, dtype=torch.float64)
    first, second = six.view(20, 3, 2).unbind(-1)
    sheared = torch.stack((3 * first, 0.2 * second - 5 * first), dim=-1).flatten(1)
    torch.testing.assert_close(matrix_from_rot6d(sheared), matrix_from_rot6d(six))


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("shape", [(6,), (3, 43, 6), (257, 6)], ids=str)
def test_fused_matches_reference(
    shape: tuple[int, ...], dtype: torch.dtype, device: str, unwritten_is_nan: None
) -> None:
    torch.manual_seed(0)
    six = torch.randn(shape, device=device, dtype=dtype)
    actual = fused.matrix_from_rot6d(six)
    assert actual.dtype == dtype
    expected = reference.matrix_from_rot6d(six.double()).to(dtype)
    torch.testing.assert_close(actual, expected, **TOLERANCE[dtype])


@pytest.mark.parametrize("version", [reference, fused], ids=lambda each: each.__name__)
def test_zeros_stay_finite(version, device: str) -> None:
    assert not version.matrix_from_rot6d(torch.zeros(2, 6, device=device)).any()


@pytest.mark.parametrize("version", [reference, fused], ids=lambda each: each.__name__)
def test_nobody_gives_no_matrices(version, device: str) -> None:
    assert version.matrix_from_rot6d(torch.zeros(0, 53, 6, device=device)).shape == (0, 53, 3, 3)


def test_reads_strided_rows(device: str) -> None:
    wide = torch.randn(5, 12, device=device)
    expected = reference.matrix_from_rot6d(wide[:, 3:9].contiguous())
    actual = fused.matrix_from_rot6d(wide[:, 3:9])
    torch.testing.assert_close(actual, expected, **TOLERANCE[torch.float32])
