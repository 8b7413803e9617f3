# pyright: reportCallIssue=false, reportGeneralTypeIssues=false
"""Residual sum, LayerNorm and the copies of its result in one pass over memory."""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

TILE = 2048  # numbers a program holds, 16 a thread with 4 warps


@triton.jit(do_not_specialize=["rows", "pos_rows"])
def _add_norm_kernel(
    x_ptr, update_ptr, weight_ptr, bias_ptr, pos_ptr, y_ptr, copy_ptr, placed_ptr,
    rows, pos_rows, eps, WIDTH: tl.constexpr, ROWS: tl.constexpr, BLOCK: tl.constexpr,
    HAS_COPY: tl.constexpr, HAS_POS: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    channel = tl.arange(0, BLOCK)
    inside = channel < WIDTH
    mask = (row < rows)[:, None] & inside[None, :]
    at = row.to(tl.int64)[:, None] * WIDTH + channel[None, :]
    total = tl.load(x_ptr + at, mask=mask, other=0.0).to(tl.float32)
    total += tl.load(update_ptr + at, mask=mask, other=0.0).to(tl.float32)
    mean = tl.sum(total, 1) / WIDTH
    centred = tl.where(mask, total - mean[:, None], 0.0)
    deviation = tl.sqrt(tl.sum(centred * centred, 1) / WIDTH + eps)
    weight = tl.load(weight_ptr + channel, mask=inside, other=0.0).to(tl.float32)
    bias = tl.load(bias_ptr + channel, mask=inside, other=0.0).to(tl.float32)
    y = centred / deviation[:, None] * weight[None, :] + bias[None, :]
    tl.store(y_ptr + at, y, mask=mask)
    if HAS_COPY:
        tl.store(copy_ptr + at, y.to(copy_ptr.dtype.element_ty), mask=mask)
    if HAS_POS:
        pos_at = (row % pos_rows).to(tl.int64)[:, None] * WIDTH + channel[None, :]
        placed = y + tl.load(pos_ptr + pos_at, mask=mask, other=0.0).to(tl.float32)
        tl.store(placed_ptr + at, placed.to(placed_ptr.dtype.element_ty), mask=mask)


def add_norm(
    x: Tensor,
    update: Tensor,
    weight: Tensor,
    bias: Tensor,
    *,
    eps: float = 1e-5,
    pos: Tensor | None = None,
    cast: torch.dtype | None = None,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """As reference.add_norm, each input read and each output written once."""
    width = x.shape[-1]
    rows = x.numel() // width
    y = torch.empty(x.shape, dtype=torch.float32, device=x.device)
    copy = y if cast in (None, torch.float32) else torch.empty_like(y, dtype=cast)
    placed = None if pos is None else torch.empty_like(copy)
    pos_flat = None if pos is None else _rows_of(pos, x.shape)
    pos_rows = 1 if pos_flat is None else pos_flat.shape[0]
    x, update, weight, bias = (t.contiguous() for t in (x, update.expand_as(x), weight, bias))
    block = triton.next_power_of_2(width)
    tile_rows = max(1, TILE // block)
    if rows:
        _add_norm_kernel[(triton.cdiv(rows, tile_rows),)](
            x, update, weight, bias, pos_flat, y, copy, placed, rows, pos_rows, eps,
            WIDTH=width, ROWS=tile_rows, BLOCK=block, HAS_COPY=copy is not y,
            HAS_POS=pos is not None, num_warps=4, enable_fp_fusion=True,
        )  # fmt: skip
    return y, copy, placed


def _rows_of(pos: Tensor, shape: torch.Size) -> Tensor:
    """(rows, C) that repeat to fill `shape`; copied only if it broadcasts over an inner axis."""
    while pos.dim() > 1 and pos.shape[0] == 1:
        pos = pos[0]
    if pos.shape != shape[len(shape) - pos.dim() :]:
        pos = pos.expand(shape)
    return pos.contiguous().view(-1, shape[-1])
