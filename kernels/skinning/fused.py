# pyright: reportCallIssue=false, reportGeneralTypeIssues=false
"""Linear blend skinning without writing the blended transforms, 4 times the vertices."""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

TILE_VERTICES = 64


@triton.jit(do_not_specialize=["vertices"])
def _skin_kernel(
    points_ptr, transforms_ptr, weights_ptr, out_ptr, vertices,
    JOINTS: tl.constexpr, BLOCK_JOINTS: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """A tile of one person's vertices: (TILE, J) weights @ (J, 12) transforms, then applied."""
    vertex = tl.program_id(0) * TILE + tl.arange(0, TILE)
    person = tl.program_id(1).to(tl.int64)
    inside = vertex < vertices
    joint = tl.arange(0, BLOCK_JOINTS)
    known = joint < JOINTS
    number = tl.arange(0, 16)  # of a 4 x 4 transform whose last row is left out
    weight = tl.load(
        weights_ptr + vertex[:, None] * JOINTS + joint[None, :],
        mask=inside[:, None] & known[None, :],
        other=0.0,
    ).to(tl.float32)
    transform = tl.load(
        transforms_ptr + person * JOINTS * 12 + joint[:, None] * 12 + number[None, :],
        mask=known[:, None] & (number < 12)[None, :],
        other=0.0,
    ).to(tl.float32)
    blended = tl.dot(weight, transform, input_precision="ieee")

    axis = tl.arange(0, 4)
    at = (person * vertices + vertex)[:, None] * 3 + axis[None, :]
    mask = inside[:, None] & (axis < 3)[None, :]
    point = tl.load(points_ptr + at, mask=mask, other=1.0).to(tl.float32)  # (x, y, z, 1)
    moved = tl.sum(tl.reshape(blended, (TILE, 4, 4)) * point[:, None, :], 2)
    tl.store(out_ptr + at, moved.to(out_ptr.dtype.element_ty), mask=mask)


def skin(points: Tensor, transforms: Tensor, weights: Tensor) -> Tensor:
    """As reference.skin, in one pass over the vertices; sums in float32."""
    people, vertices, _ = points.shape
    joints = weights.shape[1]
    out = torch.empty((people, vertices, 3), dtype=points.dtype, device=points.device)
    if people:
        _skin_kernel[(triton.cdiv(vertices, TILE_VERTICES), people)](
            points.contiguous(), transforms.contiguous(), weights.contiguous(), out, vertices,
            JOINTS=joints, BLOCK_JOINTS=max(16, triton.next_power_of_2(joints)),
            TILE=TILE_VERTICES, num_warps=4, enable_fp_fusion=True,
        )  # fmt: skip
    return out
