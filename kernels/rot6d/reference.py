"""Rotation matrices from six numbers, the plain version."""

import torch
from torch import Tensor
from torch.nn.functional import normalize


def matrix_from_rot6d(a: Tensor) -> Tensor:
    """(..., 6) to (..., 3, 3) by Gram-Schmidt, in float32 at least.

    The six are a 3 x 2 matrix, row-major: (a0, a2, a4) and (a1, a3, a5) become the first two
    columns, their cross product the third. Identity is (1, 0, 0, 1, 0, 0).
    """
    precise = a.to(torch.promote_types(a.dtype, torch.float32))
    first, second = precise.unflatten(-1, (3, 2)).unbind(-1)
    b1 = normalize(first, dim=-1)
    b2 = normalize(second - (b1 * second).sum(-1, keepdim=True) * b1, dim=-1)
    b3 = torch.linalg.cross(b1, b2)
    return torch.stack((b1, b2, b3), dim=-1).to(a.dtype)
