# pyright: reportCallIssue=false, reportGeneralTypeIssues=false
"""Sine encoding of boxes in one kernel; only its result is written."""

from __future__ import annotations

import math

import torch
import triton
import triton.language as tl
from torch import Tensor

from .reference import CHANNELS, TEMPERATURE

TILE_BOXES = 2


@triton.jit(do_not_specialize=["boxes"])
def _query_sine_kernel(
    boxes_ptr, out_ptr, boxes, box_stride, number_stride,
    PER_PAIR: tl.constexpr, PAIRS: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """A tile of boxes: (TILE, 4 numbers, PAIRS), sine and cosine of each beside each other."""
    box = tl.program_id(0) * TILE + tl.arange(0, TILE)
    place = tl.arange(0, 4 * PAIRS)
    number, pair = place // PAIRS, place % PAIRS
    number = tl.where(number < 2, 1 - number, number)  # y before x
    inside = (box < boxes)[:, None] & (place < 4 * PAIRS)[None, :]
    at = box.to(tl.int64)[:, None] * box_stride + number[None, :] * number_stride
    value = tl.load(boxes_ptr + at, mask=inside, other=0.0).to(tl.float32)
    frequency = 6.283185307179586 * tl.exp2(pair.to(tl.float32) * -PER_PAIR)
    angle = value * frequency[None, :]
    both = tl.interleave(tl.sin(angle), tl.cos(angle))
    channel = tl.arange(0, 8 * PAIRS)
    out_at = box.to(tl.int64)[:, None] * (8 * PAIRS) + channel[None, :]
    mask = (box < boxes)[:, None] & (channel < 8 * PAIRS)[None, :]
    tl.store(out_ptr + out_at, both.to(out_ptr.dtype.element_ty), mask=mask)


def query_sine(boxes: Tensor, cast: torch.dtype | None = None) -> Tensor:
    """As reference.query_sine; angles in float32."""
    shape = (*boxes.shape[:-1], 4 * CHANNELS)
    out = torch.empty(shape, dtype=cast or boxes.dtype, device=boxes.device)
    rows = boxes.reshape(-1, 4)
    if len(rows):
        _query_sine_kernel[(triton.cdiv(len(rows), TILE_BOXES),)](
            rows, out, len(rows), *rows.stride(),
            PER_PAIR=2 * math.log2(TEMPERATURE) / CHANNELS, PAIRS=CHANNELS // 2, TILE=TILE_BOXES,
            num_warps=4, enable_fp_fusion=True,
        )  # fmt: skip
    return out
