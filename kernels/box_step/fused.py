# pyright: reportCallIssue=false, reportGeneralTypeIssues=false
"""A step of boxes in one kernel instead of eight."""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from .reference import CLAMP

TILE = 512


@triton.jit
def _at(i, size1, size2, size3, stride0, stride1, stride2, stride3):
    """Where element i of four axes lies."""
    i3, rest = i % size3, i // size3
    i2, rest = rest % size2, rest // size2
    return (rest // size1) * stride0 + (rest % size1) * stride1 + i2 * stride2 + i3 * stride3


_SHAPE = [f"{name}{axis}" for name in ("size", "boxes", "step") for axis in range(4)]


@triton.jit(do_not_specialize=["count", *_SHAPE[1:]])  # one binary for every shape
def _moved_kernel(
    boxes_ptr, step_ptr, out_ptr, count, size1, size2, size3,
    boxes0, boxes1, boxes2, boxes3, step0, step1, step2, step3,
    SMALLEST: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = i < count
    box_at = _at(i, size1, size2, size3, boxes0, boxes1, boxes2, boxes3)
    step_at = _at(i, size1, size2, size3, step0, step1, step2, step3)
    x = tl.load(boxes_ptr + box_at, mask=inside, other=0.5).to(tl.float32)
    step = tl.load(step_ptr + step_at, mask=inside, other=0.0).to(tl.float32)
    # comparisons, not minimum and maximum: what is not a number stays so
    x = tl.where(x < 0, 0.0, tl.where(x > 1, 1.0, x))
    upper = tl.where(x < SMALLEST, SMALLEST, x)
    lower = tl.where(1 - x < SMALLEST, SMALLEST, 1 - x)
    # sigmoid(step + log(upper / lower)) without the logarithm
    result = upper / (upper + lower * tl.exp(-step))
    tl.store(out_ptr + i, result.to(out_ptr.dtype.element_ty), mask=inside)


def moved(boxes: Tensor, step: Tensor) -> Tensor:
    """As reference.moved, for up to four axes, any strides."""
    shape = torch.broadcast_shapes(boxes.shape, step.shape)
    dtype = torch.promote_types(boxes.dtype, step.dtype)
    out = torch.empty(shape, dtype=dtype, device=boxes.device)
    four = (1,) * (4 - len(shape)) + tuple(shape)
    if count := out.numel():
        strides = (*boxes.expand(four).stride(), *step.expand(four).stride())
        _moved_kernel[(triton.cdiv(count, TILE),)](
            boxes, step, out, count, *four[1:], *strides,
            SMALLEST=CLAMP, BLOCK=TILE, num_warps=4, enable_fp_fusion=True,
        )  # fmt: skip
    return out
