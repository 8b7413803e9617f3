"""Rotations as the HMR net has them (DynaBOA's specification, sections 1 and 5)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def matrix_from_6d(six: Tensor) -> Tensor:
    """(..., 6) read as 3x2, row after row, to (..., 3, 3) by Gram and Schmidt; b's are columns."""
    a1, a2 = six.unflatten(-1, (3, 2)).unbind(-1)
    b1 = F.normalize(a1, dim=-1)
    b2 = F.normalize(a2 - (b1 * a2).sum(-1, keepdim=True) * b1, dim=-1)
    return torch.stack([b1, b2, torch.linalg.cross(b1, b2)], -1)


def matrix_from_rotvec(rotvec: Tensor) -> Tensor:
    """(..., 3) rad to (..., 3, 3); a length of 1e-8 is added, as the reference does."""
    angle = (rotvec + 1e-8).norm(dim=-1, keepdim=True)
    half = angle / 2
    quaternion = torch.cat([half.cos(), half.sin() * rotvec / angle], -1)
    w, x, y, z = F.normalize(quaternion, dim=-1, eps=0).unbind(-1)
    rows = [
        *(w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (w * y + x * z)),
        *(2 * (w * z + x * y), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)),
        *(2 * (x * z - w * y), 2 * (w * x + y * z), w * w - x * x - y * y + z * z),
    ]
    return torch.stack(rows, -1).unflatten(-1, (3, 3))


def rotvec_from_matrix(R: Tensor) -> Tensor:
    """(..., 3, 3) to (..., 3) rad, by a quaternion with four branches.

    Where nothing turns the vector is 0 and so is its gradient, which the reference has as NaN.
    """
    q = _quaternion(R)
    cosine, vector = q[..., 0], q[..., 1:]
    square = (vector * vector).sum(-1)
    turned = square > 0
    sine = torch.where(turned, square, 1.0).sqrt()
    sign = torch.where(cosine < 0, -1.0, 1.0)
    angle = 2 * torch.atan2(sign * sine, sign * cosine)
    return vector * torch.where(turned, angle / sine, 2.0)[..., None]


def _quaternion(R: Tensor) -> Tensor:
    """(..., 4) wxyz from the branch whose divisor is largest, or nearly so."""
    (a, b, c), (d, e, f), (g, h, i) = (row.unbind(-1) for row in R.unbind(-2))
    back, first, last = i < 1e-6, a > e, a < -e
    branches = (
        (back & first, 1 + a - e - i, (h - f, None, d + b, c + g)),
        (back & ~first, 1 - a + e - i, (c - g, d + b, None, h + f)),
        (~back & last, 1 - a - e + i, (d - b, c + g, h + f, None)),
        (~back & ~last, 1 + a + e + i, (None, h - f, c - g, d - b)),
    )
    q = R.new_zeros(*R.shape[:-2], 4)
    for chosen, divisor, entries in branches:
        inside = torch.where(chosen, divisor, 1.0)
        whole = torch.stack([inside if entry is None else entry for entry in entries], -1)
        q = torch.where(chosen[..., None], 0.5 * whole * inside.rsqrt()[..., None], q)
    return q
