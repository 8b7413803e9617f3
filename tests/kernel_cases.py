"""Calls of every kernel with what AiOS gives it at 800x1333, or something tiny of the same kind.

Each counts by hand what has to be moved and computed: tensors read once and written once, a
multiply-add as two. docs/kernels.md has the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import prod
from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from kernels.add_norm import reference as add_norm_plain
from kernels.box_step import reference as box_step_plain
from kernels.deform_attn import reference as deform_plain
from kernels.people_attn import reference as people_plain
from kernels.people_attn import structured as people_structured
from kernels.query_sine import reference as query_sine_plain
from kernels.rot6d import reference as rot6d_plain
from kernels.skinning import reference as skinning_plain
from kernels.warp_normalize import reference as warp_plain

Result = Tensor | tuple[Tensor | None, ...]
Call = Callable[[], Result]

MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
BODY_BOXES, WHOLE_BODY_BOXES = (0, 18, 19, 20), (0, 18, 25, 32)
HEADS, WIDTH = 8, 32
SMPLX_ROTATIONS = 53
"""6D rotations of one person: body 22, hands 15 each, jaw."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kernel at one size and dtype."""

    kernel: str
    size: str
    dtype: torch.dtype
    fused: Call
    plain: dict[str, Call]
    """What it is compared with; all compute the same."""
    exact: Call
    """The first of `plain` on the same numbers in float64."""
    bytes_moved: int
    flop: int
    halves: bool = False
    """Whether its FLOPs are matrix products of half-precision numbers, for tensor cores."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large the cases are."""

    levels: tuple[tuple[int, int], ...]
    queries: tuple[int, ...]
    groups: tuple[tuple[int, int, tuple[int, ...]], ...]
    """(people, tokens of each, box slots) of the attention among people."""
    people: tuple[int, ...]
    """Of the body model and the rotations."""
    vertices: int
    images: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    """(h, w) of the source and (oh, ow)."""


NETWORK = Sizes(
    levels=((100, 167), (50, 84), (25, 42), (13, 21)),
    queries=(900, 2100, 3900),
    groups=((100, 21, BODY_BOXES), (100, 39, WHOLE_BODY_BOXES)),
    people=(1, 10, 50),
    vertices=10475,
    images=(((720, 1280), (750, 1333)), ((1080, 1920), (750, 1333)), ((2160, 3840), (750, 1333))),
)
TINY = Sizes(
    levels=((5, 7), (3, 4), (2, 2), (1, 1)),
    queries=(11,),
    groups=((3, 21, BODY_BOXES), (2, 39, WHOLE_BODY_BOXES)),
    people=(1, 3),
    vertices=70,
    images=(((9, 16), (12, 21)), ((20, 30), (12, 18))),
)


def cases(sizes: Sizes, device: str, dtypes: Sequence[torch.dtype]) -> Iterator[Case]:
    """Every kernel's cases, made when asked for, so that one's inputs make room for the next's."""
    torch.manual_seed(0)
    tokens = sum(h * w for h, w in sizes.levels)
    for dtype in dtypes:
        yield deform_attn(sizes.levels, tokens, 2, dtype, device)
        for queries in sizes.queries:
            yield deform_attn(sizes.levels, queries, 4, dtype, device)
        for layout in sizes.groups:
            yield people_attention(*layout, dtype, device)
        for rows in (tokens, *sizes.queries):
            yield add_norm(rows, dtype, device)
        for queries in sizes.queries:
            yield query_sine(queries, dtype, device)
        for hw, out_hw in sizes.images:
            yield warp_normalize(hw, out_hw, dtype, device)
    for queries in sizes.queries:
        yield box_step(queries, device)
    for people in sizes.people:
        yield skin(people, sizes.vertices, device)
        yield rot6d(people * SMPLX_ROTATIONS, device)


def deform_attn(
    levels: Sequence[tuple[int, int]], queries: int, reference_width: int, dtype: torch.dtype,
    device: str,
) -> Case:  # fmt: skip
    tokens, samples = sum(h * w for h, w in levels), len(levels) * 4
    value = torch.randn(1, tokens, HEADS, WIDTH, device=device).to(dtype)
    where = torch.rand(1, queries, len(levels), reference_width, device=device)
    if reference_width == 4:
        where[..., 2:] = 0.02 + 0.3 * where[..., 2:]
    offsets = torch.randn(1, queries, HEADS, len(levels), 4, 2, device=device)
    offsets = (offsets * (3 if reference_width == 2 else 1)).to(dtype)  # pixels, or box sizes
    logits = torch.randn(1, queries, HEADS, samples, device=device).to(dtype)
    inputs = (value, levels, where, offsets, logits)
    return Case(
        kernel="deform_attn",
        size=f"{queries} queries, {'points' if reference_width == 2 else 'boxes'}",
        dtype=dtype,
        fused=lambda: _fused("deform_attn").deform_attn(*inputs),
        plain={"grid_sample": lambda: deform_plain.deform_attn(*inputs)},
        exact=lambda: deform_plain.deform_attn(*_doubled(inputs)),
        bytes_moved=_bytes(value, where, offsets, logits)
        + queries * HEADS * WIDTH * value.itemsize,
        # a sample: 4 taps a channel; 12 for its place, 12 for its taps' weights, 4 for its soft-max
        flop=queries * HEADS * samples * (4 * 2 * WIDTH + 28),
    )


def people_attention(
    people: int, group: int, box_slots: tuple[int, ...], dtype: torch.dtype, device: str
) -> Case:
    tokens, boxes = people * group, people * len(box_slots)
    q, k, v = torch.randn(3, 1, tokens, HEADS, WIDTH, device=device).to(dtype)
    layout = (group, box_slots)
    mask = people_plain.allowed(tokens, group, box_slots, q.device)

    def dense() -> Tensor:
        heads_first = (x.transpose(1, 2) for x in (q, k, v))
        seen = scaled_dot_product_attention(*heads_first, attn_mask=mask)
        return seen.transpose(1, 2).flatten(2)

    points = group - len(box_slots)
    pairs = people * points * group + boxes * (boxes + points)
    return Case(
        kernel="people_attn",
        size=f"{people} people x {group} tokens",
        dtype=dtype,
        fused=lambda: _fused("people_attn").people_attention(q, k, v, *layout),
        plain={
            "dense mask": dense,
            "structured": lambda: people_structured.people_attention(q, k, v, *layout),
        },
        exact=lambda: people_plain.people_attention(q.double(), k.double(), v.double(), *layout),
        bytes_moved=4 * _bytes(q),
        flop=pairs * HEADS * (2 * 2 * WIDTH + 4),
        halves=dtype != torch.float32,
    )


def add_norm(rows: int, dtype: torch.dtype, device: str) -> Case:
    """As at the end of a layer: the next one wants the sum cast, and again with its place added."""
    x = torch.randn(1, rows, 256, device=device)
    update, pos = torch.randn(2, 1, rows, 256, device=device).to(dtype)
    weight, bias = torch.randn(2, 256, device=device)
    wanted: dict[str, Any] = {"pos": pos, "cast": dtype}
    copies = 1 if dtype == torch.float32 else 2
    return Case(
        kernel="add_norm",
        size=f"{rows} rows, pos",
        dtype=dtype,
        fused=lambda: _fused("add_norm").add_norm(x, update, weight, bias, **wanted),
        plain={"eager": lambda: add_norm_plain.add_norm(x, update, weight, bias, **wanted)},
        exact=lambda: add_norm_plain.add_norm(
            x.double(), update.double(), weight.double(), bias.double(), pos=pos.double()
        ),
        bytes_moved=2 * _bytes(x) + (2 + copies) * _bytes(pos),
        flop=x.numel() * 9,
    )


def warp_normalize(
    hw: tuple[int, int], out_hw: tuple[int, int], dtype: torch.dtype, device: str
) -> Case:
    bgr = torch.randint(0, 256, (*hw, 3), dtype=torch.uint8, device=device)
    outs = [torch.empty((3, *out_hw), dtype=dtype, device=device) for _ in range(2)]
    exact = torch.empty((3, *out_hw), dtype=torch.float64, device=device)
    # when shrinking, no more than 4 pixels for each of the output are needed
    read = min(prod(hw), 4 * prod(out_hw)) * 3
    return Case(
        kernel="warp_normalize",
        size=f"{hw[0]}x{hw[1]} to {out_hw[0]}x{out_hw[1]}",
        dtype=dtype,
        fused=lambda: _fused("warp_normalize").warp_normalize(bgr, outs[0], MEAN, STD),
        plain={"eager": lambda: warp_plain.warp_normalize(bgr, outs[1], MEAN, STD)},
        exact=lambda: warp_plain.warp_normalize(bgr, exact, MEAN, STD),
        bytes_moved=read + _bytes(outs[0]),
        flop=outs[0].numel() * 11,
    )


def query_sine(queries: int, dtype: torch.dtype, device: str) -> Case:
    boxes = torch.rand(1, queries, 4, 4, device=device)[:, :, 0]
    return Case(
        kernel="query_sine",
        size=f"{queries} boxes",
        dtype=dtype,
        fused=lambda: _fused("query_sine").query_sine(boxes, dtype),
        plain={"eager": lambda: query_sine_plain.query_sine(boxes, dtype)},
        exact=lambda: query_sine_plain.query_sine(boxes.double()),
        bytes_moved=_bytes(boxes) + queries * 512 * dtype.itemsize,
        # an angle, and 20 for a sine or a cosine as libraries compute them
        flop=queries * 512 * 21,
    )


def box_step(queries: int, device: str) -> Case:
    boxes, step = (
        torch.rand(1, queries, 4, device=device),
        torch.randn(1, queries, 4, device=device),
    )
    return Case(
        kernel="box_step",
        size=f"{queries} boxes",
        dtype=torch.float32,
        fused=lambda: _fused("box_step").moved(boxes, step),
        plain={"eager": lambda: box_step_plain.moved(boxes, step)},
        exact=lambda: box_step_plain.moved(boxes.double(), step.double()),
        bytes_moved=3 * _bytes(boxes),
        flop=boxes.numel() * 12,
    )


def skin(people: int, vertices: int, device: str) -> Case:
    points = torch.randn(people, vertices, 3, device=device)
    transforms = torch.randn(people, 55, 3, 4, device=device)
    weights = (torch.randn(vertices, 55, device=device) * 4).softmax(1)
    inputs = (points, transforms, weights)
    return Case(
        kernel="skinning",
        size=f"{people} people x {vertices} vertices",
        dtype=torch.float32,
        fused=lambda: _fused("skinning").skin(*inputs),
        plain={"matmul": lambda: skinning_plain.skin(*inputs)},
        exact=lambda: skinning_plain.skin(*_doubled(inputs)),
        bytes_moved=2 * _bytes(points) + _bytes(transforms, weights),
        flop=people * vertices * (2 * 55 * 12 + 18),
    )


def rot6d(rotations: int, device: str) -> Case:
    a = torch.randn(rotations, 6, device=device)
    return Case(
        kernel="rot6d",
        size=f"{rotations} rotations",
        dtype=torch.float32,
        fused=lambda: _fused("rot6d").matrix_from_rot6d(a),
        plain={"eager": lambda: rot6d_plain.matrix_from_rot6d(a)},
        exact=lambda: rot6d_plain.matrix_from_rot6d(a.double()),
        bytes_moved=rotations * (6 + 9) * 4,
        flop=rotations * 39,
    )


def _fused(folder: str) -> ModuleType:
    """Imported at the first call, so that TRITON_INTERPRET can be set before."""
    return import_module(f"kernels.{folder}.fused")


def _bytes(*tensors: Tensor) -> int:
    return sum(x.numel() * x.itemsize for x in tensors)


def _doubled(inputs: Sequence[Any]) -> list[Any]:
    return [x.double() if isinstance(x, Tensor) else x for x in inputs]
