# pyright: reportCallIssue=false, reportGeneralTypeIssues=false, reportArgumentType=false, reportAttributeAccessIssue=false
"""Multi-scale deformable attention in one pass over memory; README.md derives its shape."""

import math

import torch
import triton
import triton.language as tl
from torch import Tensor

from .reference import LevelShapes

WARPS = 8
LINE_BYTES = 128
"""Of the L1 cache: as many heads share a program as have their channels in one line."""
TAP_BYTES = 2048
"""What a program loads per level, point and tap: two 16-byte loads of every thread if P = 4."""
LOG2_E: tl.constexpr = tl.constexpr(1.4426950408889634)


@triton.jit
def _axis(at, size):
    """Along one axis: the first of two neighbouring pixels inside the map, and both's weights.

    A pixel weighs 1 - its distance from `at`, never less than 0. Clamping the pair into the map
    therefore gives zero-padded sampling without a mask. A map of one pixel has no second one:
    `reach` is then 0, and so is the weight.
    """
    reach = tl.minimum(size - 1, 1.0)
    first = tl.maximum(tl.minimum(tl.floor(at), size - 1 - reach), 0.0)
    distance = at - first
    first_weight = tl.maximum(1 - tl.abs(distance), 0.0)
    second_weight = tl.maximum(reach - tl.abs(distance - 1), 0.0)
    return first.to(tl.int32), first_weight, second_weight


@triton.jit
def _weighted_rows(row_ptr, weight):
    """(..., CHANNELS) pointers into the value and (...) weights to (..., CHANNELS) float32."""
    return tl.load(row_ptr).to(tl.float32) * weight[:, :, :, None]


# One binary serves images of every size; so do the shapes as floats, which are never specialised.
_VARYING = ["n_queries", "reference_image", "reference_query", "reference_level"]


@triton.jit(do_not_specialize=_VARYING)
def _deform_attn_kernel(
    value_ptr,
    reference_ptr,
    offsets_ptr,
    logits_ptr,
    out_ptr,
    n_queries,
    shapes,
    reference_image,
    reference_query,
    reference_level,
    value_strides,  # of an image, a token
    offsets_strides,  # of an image, a query
    logits_strides,  # of an image, a query
    HEADS: tl.constexpr,
    CHANNELS: tl.constexpr,
    LEVELS: tl.constexpr,
    POINTS: tl.constexpr,
    BOXES: tl.constexpr,
    QUERIES: tl.constexpr,
    TOGETHER: tl.constexpr,
):
    # Axes of every tile: query, point, head, channel.
    image = tl.program_id(1).to(tl.int64)
    block = tl.program_id(0) // (HEADS // TOGETHER)
    first_head = tl.program_id(0) % (HEADS // TOGETHER) * TOGETHER
    query = (block * QUERIES + tl.arange(0, QUERIES))[:, None, None]
    point = tl.arange(0, POINTS)[None, :, None]
    head = (first_head + tl.arange(0, TOGETHER))[None, None, :]
    column = head[:, :, :, None] * CHANNELS + tl.arange(0, CHANNELS)[None, None, None, :]
    inside = query < n_queries

    sample = head * (LEVELS * POINTS) + point
    logit_ptr = logits_ptr + image * logits_strides[0] + query * logits_strides[1] + sample
    offset_ptr = offsets_ptr + image * offsets_strides[0] + query * offsets_strides[1] + sample * 2
    box_ptr = reference_ptr + image * reference_image + query * reference_query
    map_ptr = value_ptr + image * value_strides[0]
    token_stride = value_strides[1]

    peak = tl.full((QUERIES, POINTS, TOGETHER), float("-inf"), tl.float32)
    for level in tl.static_range(LEVELS):
        logit = tl.load(logit_ptr + level * POINTS, mask=inside, other=0.0)
        peak = tl.maximum(peak, logit.to(tl.float32))
    peak = tl.max(peak, axis=1, keep_dims=True) * LOG2_E

    total = tl.zeros((QUERIES, POINTS, TOGETHER), tl.float32)
    sums = tl.zeros((QUERIES, POINTS, TOGETHER, CHANNELS), tl.float32)
    for level in tl.static_range(LEVELS):
        height, width = shapes[level]
        logit = tl.load(logit_ptr + level * POINTS, mask=inside, other=0.0)
        weight = tl.exp2(logit.to(tl.float32) * LOG2_E - peak)
        total += weight

        dx = tl.load(offset_ptr + level * POINTS * 2, mask=inside, other=0.0).to(tl.float32)
        dy = tl.load(offset_ptr + level * POINTS * 2 + 1, mask=inside, other=0.0).to(tl.float32)
        if BOXES:
            dx *= tl.load(box_ptr + 2, mask=inside, other=0.0).to(tl.float32) * (0.5 / POINTS)
            dy *= tl.load(box_ptr + 3, mask=inside, other=0.0).to(tl.float32) * (0.5 / POINTS)
            dx, dy = dx * width, dy * height
        x = tl.load(box_ptr, mask=inside, other=0.0).to(tl.float32) * width + (dx - 0.5)
        y = tl.load(box_ptr + 1, mask=inside, other=0.0).to(tl.float32) * height + (dy - 0.5)

        left, left_weight, right_weight = _axis(x, width)
        upper, upper_weight, lower_weight = _axis(y, height)
        upper_weight *= weight
        lower_weight *= weight
        line = tl.cast(width, tl.int32) * token_stride
        tap = (upper * line + left * token_stride)[:, :, :, None] + column
        right_ptr = map_ptr + tl.cast(tl.minimum(width - 1, 1.0), tl.int32) * token_stride
        below = tl.cast(tl.minimum(height - 1, 1.0), tl.int32) * line
        sums += _weighted_rows(map_ptr + tap, upper_weight * left_weight)
        sums += _weighted_rows(right_ptr + tap, upper_weight * right_weight)
        sums += _weighted_rows(map_ptr + below + tap, lower_weight * left_weight)
        sums += _weighted_rows(right_ptr + below + tap, lower_weight * right_weight)

        box_ptr += reference_level
        map_ptr += tl.cast(height, tl.int32) * line

    result = tl.sum(sums, axis=1) / tl.sum(total, axis=1)[:, :, None]
    row_ptr = out_ptr + image * n_queries * HEADS * CHANNELS
    row = tl.reshape(query * HEADS + head, (QUERIES, TOGETHER, 1)) * CHANNELS
    row_ptr += row + tl.arange(0, CHANNELS)[None, None, :]
    tl.store(row_ptr, result.to(out_ptr.dtype.element_ty), mask=inside)


def deform_attn(
    value: Tensor, shapes: LevelShapes, reference: Tensor, offsets: Tensor, logits: Tensor
) -> Tensor:
    """As reference.deform_attn, for 2**k channels and points; queries and tokens may be strided."""
    B, _, M, D = value.shape
    _, N, _, levels, P, _ = offsets.shape
    value, reference = _packed(value, 2), _packed(reference, 1)
    offsets, logits = _packed(offsets, 4), _packed(logits, 2)
    for rows in (value, reference, offsets, logits):
        _require_int32(rows)
    out = torch.empty((B, N, M * D), device=value.device, dtype=value.dtype)
    together = max(1, math.gcd(M, LINE_BYTES // (D * value.element_size())))
    queries = max(1, TAP_BYTES // (together * D * value.element_size()))
    _deform_attn_kernel[triton.cdiv(N, queries) * (M // together), B](
        value,
        reference,
        offsets,
        logits,
        out,
        N,
        tuple((float(H), float(W)) for H, W in shapes),
        *reference.stride()[:3],
        value.stride()[:2],
        offsets.stride()[:2],
        logits.stride()[:2],
        HEADS=M,
        CHANNELS=D,
        LEVELS=levels,
        POINTS=P,
        BOXES=reference.shape[-1] == 4,
        QUERIES=queries,
        TOGETHER=together,
        num_warps=WARPS,
        enable_fp_fusion=True,
    )
    return out


def _packed(tensor: Tensor, axes: int) -> Tensor:
    """The tensor, copied only if its last axes do not lie in memory without gaps."""
    packed = tensor.shape[-axes:]
    strides = [math.prod(packed[i + 1 :]) for i in range(axes)]
    return tensor if list(tensor.stride()[-axes:]) == strides else tensor.contiguous()


def _require_int32(tensor: Tensor) -> None:
    """Inside one image the kernel counts elements in 32 bits."""
    if tensor.shape[1] * tensor.stride(1) >= 2**31:
        raise ValueError(
            f"deform_attn: {tuple(tensor.shape)} with a row every {tensor.stride(1)} elements "
            "exceeds 2**31 elements an image"
        )
