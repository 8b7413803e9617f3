from __future__ import annotations

import math

import pytest
import torch

from kernels import query_sine as query_sine_module
from kernels.query_sine import fused, reference

TOLERANCE = {torch.float32: 4e-6, torch.float16: 1e-3, torch.bfloat16: 8e-3}


@pytest.mark.parametrize("cast", [None, *TOLERANCE], ids=str)
@pytest.mark.parametrize("shape", [(4,), (1, 1, 4), (2, 7, 4), (51, 4)], ids=str)
def test_fused_matches_reference(
    shape: tuple[int, ...], cast, device: str, unwritten_is_nan: None
) -> None:
    boxes = torch.rand(shape, device=device)
    expected = reference.query_sine(boxes.double(), cast or torch.float32)
    actual = fused.query_sine(boxes, cast)
    tolerance = TOLERANCE[cast or torch.float32]
    torch.testing.assert_close(actual, expected, atol=tolerance, rtol=tolerance)


def test_fused_reads_one_level_of_many(device: str, unwritten_is_nan: None) -> None:
    levels = torch.rand(2, 9, 4, 4, device=device)
    expected = reference.query_sine(levels[:, :, 0])
    actual = fused.query_sine(levels[:, :, 0])
    torch.testing.assert_close(actual, expected, atol=4e-6, rtol=4e-6)


def test_channels_are_what_the_specification_says() -> None:
    box = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
    encoded = query_sine_module.query_sine(box)
    for part, value in enumerate((0.2, 0.1, 0.3, 0.4)):
        for k in (0, 1, 2, 63, 126, 127):
            wave = math.cos if k % 2 else math.sin
            expected = wave(2 * math.pi * value / 10000 ** (2 * (k // 2) / 128))
            assert math.isclose(encoded[128 * part + k].item(), expected, abs_tol=1e-12)


def test_nothing_and_meta(device: str) -> None:
    assert fused.query_sine(torch.zeros(1, 0, 4, device=device)).shape == (1, 0, 512)
    meta = torch.empty(2, 900, 4, device="meta")
    out = query_sine_module.query_sine(meta, torch.float16)
    assert (out.shape, out.dtype) == ((2, 900, 512), torch.float16)
