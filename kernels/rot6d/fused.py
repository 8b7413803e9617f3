# pyright: reportCallIssue=false, reportGeneralTypeIssues=false, reportArgumentType=false, reportAttributeAccessIssue=false
"""6D rotations to matrices in one launch."""

import torch
import triton
import triton.language as tl
from torch import Tensor

ROTATIONS = 128
"""Of a program: one per thread; 50 people's 53 joints are 21 programs."""


@triton.jit
def _normalized(x, y, z):
    scale = 1 / tl.maximum(tl.sqrt(x * x + y * y + z * z), 1e-12)
    return x * scale, y * scale, z * scale


@triton.jit(do_not_specialize=["n"])
def _rot6d_kernel(a_ptr, matrix_ptr, n, BLOCK: tl.constexpr):
    row = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = row < n
    a_ptr += row * 6
    x1, y1, z1 = _normalized(
        tl.load(a_ptr, mask=inside, other=0.0).to(tl.float32),
        tl.load(a_ptr + 2, mask=inside, other=0.0).to(tl.float32),
        tl.load(a_ptr + 4, mask=inside, other=0.0).to(tl.float32),
    )
    x2 = tl.load(a_ptr + 1, mask=inside, other=0.0).to(tl.float32)
    y2 = tl.load(a_ptr + 3, mask=inside, other=0.0).to(tl.float32)
    z2 = tl.load(a_ptr + 5, mask=inside, other=0.0).to(tl.float32)
    along = x1 * x2 + y1 * y2 + z1 * z2
    x2, y2, z2 = _normalized(x2 - along * x1, y2 - along * y1, z2 - along * z1)
    rows = (
        (x1, x2, y1 * z2 - z1 * y2),
        (y1, y2, z1 * x2 - x1 * z2),
        (z1, z2, x1 * y2 - y1 * x2),
    )
    for i in tl.static_range(3):
        for j in tl.static_range(3):
            element_ptr = matrix_ptr + row * 9 + 3 * i + j
            tl.store(element_ptr, rows[i][j].to(matrix_ptr.dtype.element_ty), mask=inside)


def matrix_from_rot6d(a: Tensor) -> Tensor:
    """As reference.matrix_from_rot6d."""
    matrix = torch.empty((*a.shape[:-1], 3, 3), device=a.device, dtype=a.dtype)
    n = a.numel() // 6
    grid = (triton.cdiv(n, ROTATIONS),)
    _rot6d_kernel[grid](a.contiguous(), matrix, n, BLOCK=ROTATIONS, enable_fp_fusion=True)
    return matrix
