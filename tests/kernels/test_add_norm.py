from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import layer_norm

from kernels import add_norm as add_norm_module
from kernels.add_norm import fused, reference

HALVES = (torch.float16, torch.bfloat16)


def sums(*shape: int, dtype: torch.dtype, device: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """x (float32), update, weight and bias."""
    torch.manual_seed(sum(shape))
    x = torch.randn(shape, device=device)
    update = torch.randn(shape, device=device).to(dtype)
    weight, bias = torch.randn(2, shape[-1], device=device)
    return x, update, weight, bias


def assert_same(actual, expected) -> None:
    for ours, wanted in zip(actual, expected, strict=True):
        if wanted is None:
            assert ours is None
            continue
        assert ours.dtype == wanted.dtype
        loose = 2 * torch.finfo(wanted.dtype).eps if wanted.dtype in HALVES else 3e-6
        torch.testing.assert_close(ours, wanted, atol=loose, rtol=loose)


@pytest.mark.parametrize("cast", [None, torch.float32, *HALVES], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, *HALVES], ids=str)
@pytest.mark.parametrize(
    "shape", [(1, 1, 256), (2, 37, 256), (3, 5, 100), (9, 1000), (2, 3, 4096)], ids=str
)
def test_fused_matches_reference(
    shape: tuple[int, ...], dtype: torch.dtype, cast, device: str, unwritten_is_nan: None
) -> None:
    inputs = sums(*shape, dtype=dtype, device=device)
    pos = torch.randn(shape, device=device).to(dtype)
    for place in (None, pos):
        expected = reference.add_norm(*inputs, pos=place, cast=cast)
        assert_same(fused.add_norm(*inputs, pos=place, cast=cast), expected)


@pytest.mark.parametrize("shape", [(1, 7, 256), (7, 256), (256,), (3, 1, 256)], ids=str)
def test_position_repeats_over_images(
    shape: tuple[int, ...], device: str, unwritten_is_nan: None
) -> None:
    inputs = sums(3, 7, 256, dtype=torch.float16, device=device)
    pos = torch.randn(shape, device=device)
    expected = reference.add_norm(*inputs, pos=pos, cast=torch.float16)
    assert_same(fused.add_norm(*inputs, pos=pos, cast=torch.float16), expected)


def test_fused_reads_tensors_that_lie_apart(device: str, unwritten_is_nan: None) -> None:
    x, update, weight, bias = sums(2, 6, 256, dtype=torch.float32, device=device)
    x = x.transpose(0, 1).contiguous().transpose(0, 1)
    expected = reference.add_norm(x, update[:1], weight, bias)
    assert_same(fused.add_norm(x, update[:1], weight, bias), expected)


def test_far_mean_keeps_its_variance(device: str) -> None:
    x, update, weight, bias = sums(4, 256, dtype=torch.float32, device=device)
    x = x + 1000
    exact = layer_norm(x.double() + update.double(), (256,), weight.double(), bias.double())
    actual, _, _ = fused.add_norm(x, update, weight, bias)
    torch.testing.assert_close(actual.double(), exact, atol=2e-3, rtol=0)


def test_no_rows_are_no_work(device: str) -> None:
    inputs = sums(0, 256, dtype=torch.float16, device=device)
    y, copy, _ = fused.add_norm(*inputs, cast=torch.float16)
    assert y.shape == copy.shape == (0, 256)


def test_copies_hold_what_the_first_result_holds() -> None:
    inputs = sums(5, 256, dtype=torch.float16, device="cpu")
    pos = torch.randn(5, 256)
    y, copy, placed = add_norm_module.add_norm(*inputs, pos=pos, cast=torch.bfloat16)
    assert placed is not None
    assert y.dtype == torch.float32
    assert torch.equal(copy, y.bfloat16())
    assert torch.equal(placed, (y + pos).bfloat16())


def test_double_stays_double() -> None:
    x = torch.randn(3, 256, dtype=torch.float64)
    weight, bias = torch.ones(256), torch.zeros(256)
    y, _, _ = add_norm_module.add_norm(x, x, weight, bias)
    torch.testing.assert_close(y, layer_norm(2 * x, (256,)), atol=1e-14, rtol=1e-14)


def test_meta_tensors_give_a_shape() -> None:
    x = torch.empty(1, 22223, 256, device="meta")
    weight = torch.empty(256, device="meta")
    y, copy, _ = add_norm_module.add_norm(x, x, weight, weight, cast=torch.float16)
    assert (y.shape, copy.dtype) == (x.shape, torch.float16)
