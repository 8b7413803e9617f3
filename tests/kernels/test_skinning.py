from __future__ import annotations

import pytest
import torch
from torch import Tensor

from kernels import skinning
from kernels.skinning import fused, reference

TOLERANCE = {
    torch.float32: {"atol": 2e-6, "rtol": 1e-5},
    torch.float16: {"atol": 4e-3, "rtol": 2e-3},
    torch.bfloat16: {"atol": 3e-2, "rtol": 1.6e-2},
}


def body(people: int, vertices: int, joints: int = 55) -> tuple[Tensor, Tensor, Tensor]:
    """Points, transforms and weights that sum to 1, float64."""
    torch.manual_seed(people + vertices)
    points = torch.randn(people, vertices, 3, dtype=torch.float64)
    transforms = torch.randn(people, joints, 3, 4, dtype=torch.float64)
    weights = torch.rand(vertices, joints, dtype=torch.float64) ** 8
    return points, transforms, weights / weights.sum(1, keepdim=True)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(
    ("people", "vertices", "joints"), [(1, 1, 55), (3, 101, 55), (2, 64, 3), (50, 7, 55)], ids=str
)
def test_fused_matches_reference(
    people: int,
    vertices: int,
    joints: int,
    dtype: torch.dtype,
    device: str,
    unwritten_is_nan: None,
) -> None:
    inputs = [x.to(device, dtype) for x in body(people, vertices, joints)]
    expected = reference.skin(*(x.double() for x in inputs))
    actual = fused.skin(*inputs)
    assert actual.dtype == dtype
    torch.testing.assert_close(actual, expected.to(dtype), **TOLERANCE[dtype])


def test_fused_reads_tensors_that_lie_apart(device: str, unwritten_is_nan: None) -> None:
    points, transforms, weights = (x.float().to(device) for x in body(2, 33))
    whole = torch.eye(4, device=device).repeat(2, 55, 1, 1)
    whole[:, :, :3] = transforms
    apart = points.mT.contiguous().mT
    expected = reference.skin(points, transforms, weights)
    actual = fused.skin(apart, whole[:, :, :3], weights.T.contiguous().T)
    torch.testing.assert_close(actual, expected, **TOLERANCE[torch.float32])


def test_vertex_of_one_joint_moves_with_it() -> None:
    points = torch.tensor([[[1.0, 2.0, 3.0]]])
    quarter_turn_and_step = torch.tensor([[0.0, -1, 0, 10], [1, 0, 0, 20], [0, 0, 1, 30]])
    transforms = torch.stack((torch.eye(3, 4), quarter_turn_and_step))[None]
    moved = skinning.skin(points, transforms, torch.tensor([[0.0, 1.0]]))
    assert moved.tolist() == [[[8.0, 21.0, 33.0]]]


@pytest.mark.parametrize("version", [reference, fused], ids=["reference", "fused"])
def test_rest_stays_rest(version, device: str) -> None:
    points, _, weights = (x.float().to(device) for x in body(2, 40))
    at_rest = torch.eye(3, 4, device=device).repeat(2, 55, 1, 1)
    torch.testing.assert_close(
        version.skin(points, at_rest, weights), points, **TOLERANCE[torch.float32]
    )


def test_nobody_is_nothing(device: str) -> None:
    none = fused.skin(
        torch.zeros(0, 10, 3, device=device),
        torch.zeros(0, 55, 3, 4, device=device),
        torch.zeros(10, 55, device=device),
    )
    assert none.shape == (0, 10, 3)


def test_meta_tensors_give_a_shape() -> None:
    points = torch.empty(10, 10475, 3, device="meta")
    transforms = torch.empty(10, 55, 3, 4, device="meta")
    weights = torch.empty(10475, 55, device="meta")
    assert skinning.skin(points, transforms, weights).shape == points.shape
