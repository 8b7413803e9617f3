from __future__ import annotations

import pytest
import torch

from kernels import box_step
from kernels.box_step import fused, reference

TOLERANCE = {
    torch.float32: {"atol": 5e-7, "rtol": 2e-6},
    torch.float16: {"atol": 1e-3, "rtol": 1e-3},
    torch.bfloat16: {"atol": 8e-3, "rtol": 8e-3},
}


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("shape", [(1,), (900, 4), (3, 7, 4), (2, 5, 21, 4), (1, 1, 1, 2)], ids=str)
def test_fused_matches_reference(
    shape: tuple[int, ...], dtype: torch.dtype, device: str, unwritten_is_nan: None
) -> None:
    boxes = (torch.rand(shape, device=device) * 1.2 - 0.1).to(dtype)  # outside 0..1 as well
    step = (torch.randn(shape, device=device) * 3).to(dtype)
    expected = reference.moved(boxes.double(), step.double()).to(dtype)
    actual = fused.moved(boxes, step)
    assert actual.dtype == dtype
    torch.testing.assert_close(actual, expected, **TOLERANCE[dtype])


def test_fused_broadcasts_and_reads_parts(device: str, unwritten_is_nan: None) -> None:
    people = torch.rand(2, 5, 21, 4, device=device)
    parents = people[:, :, 3]
    step = torch.randn(2, 5, 6, 2, device=device)
    expected = reference.moved(parents[:, :, None, :2], step)
    actual = fused.moved(parents[:, :, None, :2], step)
    torch.testing.assert_close(actual, expected, **TOLERANCE[torch.float32])
    assert actual.is_contiguous()


@pytest.mark.parametrize("version", [reference, fused], ids=["reference", "fused"])
def test_extremes_are_answered(version, device: str) -> None:
    boxes = torch.tensor([0.0, 1.0, 1e-5, 0.5, 0.5, 0.5, torch.nan], device=device)
    step = torch.tensor([0.0, 0.0, 0.0, 200.0, -200.0, torch.nan, 0.0], device=device)
    least = 0.001 / 1.001
    expected = torch.tensor([least, 1 - least, least, 1, 0, torch.nan, torch.nan], device=device)
    actual = version.moved(boxes, step)
    torch.testing.assert_close(actual, expected, atol=2e-7, rtol=3e-5, equal_nan=True)


def test_no_step_leaves_boxes_where_they_are() -> None:
    boxes = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    torch.testing.assert_close(box_step.moved(boxes, torch.zeros_like(boxes)), boxes)


def test_nothing_and_meta(device: str) -> None:
    none = torch.zeros(1, 0, 4, device=device)
    assert fused.moved(none, none).shape == (1, 0, 4)
    meta = torch.empty(2, 3, 4, device="meta")
    assert box_step.moved(meta[:, :1], meta).shape == (2, 3, 4)
