# pyright: reportCallIssue=false, reportGeneralTypeIssues=false
"""Attention among people in one kernel; README.md counts what it reads and computes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import triton
import triton.language as tl
from torch import Tensor

LOG2_E = 1.4426950408889634
BOX_QUERIES = 16  # rows of a box tile, the fewest tl.dot takes
BOX_KEYS = 64


@triton.jit
def _is_point(slot, GROUP: tl.constexpr, SLOTS: tl.constexpr, BOXES: tl.constexpr):
    """Whether a slot is one of the group's and not a box's."""
    point = slot < GROUP
    for kind in tl.static_range(BOXES):
        point = point & (slot != ((SLOTS >> (8 * kind)) & 255))
    return point


@triton.jit
def _load_tokens(
    ptr, token, stride, present,
    WIDTH: tl.constexpr, BLOCK_WIDTH: tl.constexpr, WIDEN: tl.constexpr,
):  # fmt: skip
    """(tokens, BLOCK_WIDTH) of one head, zero where not present."""
    channel = tl.arange(0, BLOCK_WIDTH)
    mask = present[:, None] & (channel < WIDTH)[None, :]
    x = tl.load(ptr + token[:, None] * stride + channel[None, :], mask=mask, other=0.0)
    if WIDEN:
        x = x.to(tl.float32)
    return x


@triton.jit
def _attend(q, k, v, visible, scale, highest, total, seen):
    """One step of the running soft-max; `scale` holds log2(e), so powers are of two.

    Every query must see a key in the first step, or its weights become NaN.
    """
    score = tl.dot(q, tl.trans(k), input_precision="ieee") * scale
    score = tl.where(visible, score, float("-inf"))
    now_highest = tl.maximum(highest, tl.max(score, 1))
    shrink = tl.exp2(highest - now_highest)
    weight = tl.exp2(score - now_highest[:, None])
    total = total * shrink + tl.sum(weight, 1)
    update = tl.dot(weight.to(v.dtype), v, input_precision="ieee")
    return now_highest, total, seen * shrink[:, None] + update


@triton.jit
def _point_tokens(
    q_ptr, k_ptr, v_ptr, out_ptr, q_stride, k_stride, v_stride, out_stride, person, scale,
    GROUP: tl.constexpr, BLOCK_GROUP: tl.constexpr, WIDTH: tl.constexpr, BLOCK_WIDTH: tl.constexpr,
    SLOTS: tl.constexpr, BOXES: tl.constexpr, WIDEN: tl.constexpr,
):  # fmt: skip
    """One person's point tokens over all tokens of that person."""
    slot = tl.arange(0, BLOCK_GROUP)
    token = person * GROUP + slot
    inside = slot < GROUP
    q = _load_tokens(q_ptr, token, q_stride, inside, WIDTH, BLOCK_WIDTH, WIDEN)
    k = _load_tokens(k_ptr, token, k_stride, inside, WIDTH, BLOCK_WIDTH, WIDEN)
    v = _load_tokens(v_ptr, token, v_stride, inside, WIDTH, BLOCK_WIDTH, WIDEN)
    highest = tl.full([BLOCK_GROUP], float("-inf"), tl.float32)
    total = tl.zeros([BLOCK_GROUP], tl.float32)
    seen = tl.zeros([BLOCK_GROUP, BLOCK_WIDTH], tl.float32)
    highest, total, seen = _attend(q, k, v, inside[None, :], scale, highest, total, seen)
    channel = tl.arange(0, BLOCK_WIDTH)
    point = _is_point(slot, GROUP, SLOTS, BOXES)
    tl.store(
        out_ptr + token[:, None] * out_stride + channel[None, :],
        (seen / total[:, None]).to(out_ptr.dtype.element_ty),
        mask=point[:, None] & (channel < WIDTH)[None, :],
    )


@triton.jit
def _box_tokens(
    q_ptr, k_ptr, v_ptr, out_ptr, q_stride, k_stride, v_stride, out_stride, tile, people, scale,
    GROUP: tl.constexpr, BLOCK_GROUP: tl.constexpr, WIDTH: tl.constexpr, BLOCK_WIDTH: tl.constexpr,
    SLOTS: tl.constexpr, BOXES: tl.constexpr, BLOCK_BOXES: tl.constexpr,
    QUERIES: tl.constexpr, KEYS: tl.constexpr, WIDEN: tl.constexpr,
):  # fmt: skip
    """The box tokens of a few people over everybody's box tokens, then over their own points."""
    TILE_PEOPLE: tl.constexpr = QUERIES // BLOCK_BOXES
    row = tl.arange(0, QUERIES)
    person = tile * TILE_PEOPLE + row // BLOCK_BOXES
    kind = row % BLOCK_BOXES
    token = person * GROUP + ((SLOTS >> (8 * kind)) & 255)
    present = (person < people) & (kind < BOXES)
    q = _load_tokens(q_ptr, token, q_stride, present, WIDTH, BLOCK_WIDTH, WIDEN)
    highest = tl.full([QUERIES], float("-inf"), tl.float32)
    total = tl.zeros([QUERIES], tl.float32)
    seen = tl.zeros([QUERIES, BLOCK_WIDTH], tl.float32)

    for start in range(0, people * BOXES, KEYS):
        box = start + tl.arange(0, KEYS)
        inside = box < people * BOXES
        other = (box // BOXES) * GROUP + ((SLOTS >> (8 * (box % BOXES))) & 255)
        k = _load_tokens(k_ptr, other, k_stride, inside, WIDTH, BLOCK_WIDTH, WIDEN)
        v = _load_tokens(v_ptr, other, v_stride, inside, WIDTH, BLOCK_WIDTH, WIDEN)
        highest, total, seen = _attend(q, k, v, inside[None, :], scale, highest, total, seen)

    slot = tl.arange(0, BLOCK_GROUP)
    point = _is_point(slot, GROUP, SLOTS, BOXES)
    for i in range(TILE_PEOPLE):
        owner = tile * TILE_PEOPLE + i
        other = owner * GROUP + slot
        own = point & (other < people * GROUP)
        k = _load_tokens(k_ptr, other, k_stride, own, WIDTH, BLOCK_WIDTH, WIDEN)
        v = _load_tokens(v_ptr, other, v_stride, own, WIDTH, BLOCK_WIDTH, WIDEN)
        visible = (person == owner)[:, None] & own[None, :]
        highest, total, seen = _attend(q, k, v, visible, scale, highest, total, seen)

    channel = tl.arange(0, BLOCK_WIDTH)
    tl.store(
        out_ptr + token[:, None] * out_stride + channel[None, :],
        (seen / total[:, None]).to(out_ptr.dtype.element_ty),
        mask=present[:, None] & (channel < WIDTH)[None, :],
    )


@triton.jit(do_not_specialize=["people"])
def _people_attention_kernel(
    q_ptr, k_ptr, v_ptr, out_ptr,
    q_batch, q_token, q_head, k_batch, k_token, k_head, v_batch, v_token, v_head,
    out_batch, people, box_tiles, scale, HEADS: tl.constexpr,
    GROUP: tl.constexpr, BLOCK_GROUP: tl.constexpr, WIDTH: tl.constexpr, BLOCK_WIDTH: tl.constexpr,
    SLOTS: tl.constexpr, BOXES: tl.constexpr, BLOCK_BOXES: tl.constexpr,
    QUERIES: tl.constexpr, KEYS: tl.constexpr, WIDEN: tl.constexpr,
):  # fmt: skip
    """Box tiles take longest, so they are the first programs; then one program a person."""
    part = tl.program_id(0)
    head = tl.program_id(1) % HEADS
    batch = (tl.program_id(1) // HEADS).to(tl.int64)
    q_ptr += batch * q_batch + head * q_head
    k_ptr += batch * k_batch + head * k_head
    v_ptr += batch * v_batch + head * v_head
    out_ptr += batch * out_batch + head * WIDTH
    if part < box_tiles:
        _box_tokens(
            q_ptr, k_ptr, v_ptr, out_ptr, q_token, k_token, v_token, HEADS * WIDTH, part, people,
            scale, GROUP, BLOCK_GROUP, WIDTH, BLOCK_WIDTH, SLOTS, BOXES, BLOCK_BOXES, QUERIES, KEYS,
            WIDEN,
        )  # fmt: skip
    else:
        _point_tokens(
            q_ptr, k_ptr, v_ptr, out_ptr, q_token, k_token, v_token, HEADS * WIDTH,
            part - box_tiles, scale, GROUP, BLOCK_GROUP, WIDTH, BLOCK_WIDTH, SLOTS, BOXES, WIDEN,
        )  # fmt: skip


def people_attention(
    q: Tensor, k: Tensor, v: Tensor, group: int, box_slots: Sequence[int]
) -> Tensor:
    """As reference.people_attention, reading every token a few times and writing each once."""
    batch, tokens, heads, width = q.shape
    people = tokens // group
    q, k, v = (x if x.stride(-1) == 1 else x.contiguous() for x in (q, k, v))
    out = torch.empty((batch, tokens, heads * width), dtype=q.dtype, device=q.device)
    block_boxes = triton.next_power_of_2(len(box_slots))
    queries = max(BOX_QUERIES, block_boxes)
    box_tiles = triton.cdiv(people, queries // block_boxes)
    strides = (stride for x in (q, k, v) for stride in x.stride()[:3])
    if out.numel():
        _people_attention_kernel[(box_tiles + people, batch * heads)](
            q, k, v, out, *strides, out.stride(0), people, box_tiles, LOG2_E * width**-0.5,
            HEADS=heads, GROUP=group, BLOCK_GROUP=max(16, triton.next_power_of_2(group)),
            WIDTH=width, BLOCK_WIDTH=max(16, triton.next_power_of_2(width)),
            SLOTS=_packed(box_slots), BOXES=len(box_slots), BLOCK_BOXES=block_boxes,
            QUERIES=queries, KEYS=BOX_KEYS, WIDEN=_interpreted_bf16(q),
            num_warps=8 if q.dtype == torch.float32 else 4,  # without tensor cores: registers
            enable_fp_fusion=True,
        )  # fmt: skip
    return out


def _interpreted_bf16(q: Tensor) -> bool:
    """Whether Triton's interpreter is at work, whose tl.dot multiplies bf16's bits as integers."""
    interpreted = not isinstance(_people_attention_kernel, triton.JITFunction)
    return interpreted and q.dtype == torch.bfloat16


def _packed(box_slots: Sequence[int]) -> int:
    """One byte a slot of 32 bits, lowest first: the kernel looks a slot up by shifting."""
    if not 1 <= len(box_slots) <= 4 or max(box_slots) > 127:
        raise ValueError(f"box slots {tuple(box_slots)}: expected 1 to 4, each below 128")
    return sum(slot << (8 * kind) for kind, slot in enumerate(box_slots))
