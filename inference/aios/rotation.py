"""Rotations in PyTorch: between matrices and the axis-angle vectors AiOS is defined by."""

from __future__ import annotations

import torch
from torch import Tensor

_LEAST_DIVISOR = 0.1
"""What a quaternion's best component is never taken smaller than; only non-rotations are."""

_SMALL_ANGLE = 1e-6
"""rad; below it the sine is replaced by its series."""


def axis_angle_from_matrix(matrix: Tensor) -> Tensor:
    """(..., 3, 3) to (..., 3) rad, by the rule of pytorch3d 0.6.1.

    The quaternion keeps the sign that makes its best conditioned component positive, so angles
    reach 2 pi. A zero matrix, which stands for "not predicted", becomes a zero vector.
    """
    quaternion = _quaternion_from_matrix(matrix)
    w, v = quaternion[..., :1], quaternion[..., 1:]
    angle = 2 * torch.atan2(torch.linalg.vector_norm(v, dim=-1, keepdim=True), w)
    small = angle < _SMALL_ANGLE
    safe = torch.where(small, 1.0, angle)
    ratio = torch.where(small, 0.5 - angle * angle / 48, torch.sin(safe / 2) / safe)
    return v / ratio


def _quaternion_from_matrix(matrix: Tensor) -> Tensor:
    """(..., 3, 3) to (..., 4) w x y z: the best conditioned of the four ways to compute it."""
    (m00, m01, m02), (m10, m11, m12), (m20, m21, m22) = (
        row.unbind(-1) for row in matrix.unbind(-2)
    )
    ww, xx, yy, zz = (
        1 + m00 + m11 + m22,
        1 + m00 - m11 - m22,
        1 - m00 + m11 - m22,
        1 - m00 - m11 + m22,
    )
    wx, wy, wz = m21 - m12, m02 - m20, m10 - m01
    xy, xz, yz = m10 + m01, m02 + m20, m12 + m21
    squares = torch.stack([ww, xx, yy, zz], -1)
    # four times the products of the quaternion with its w, x, y and z
    rows = torch.stack([ww, wx, wy, wz, wx, xx, xy, xz, wy, xy, yy, yz, wz, xz, yz, zz], -1)
    best = squares.argmax(-1, keepdim=True)
    row = rows.unflatten(-1, (4, 4)).take_along_dim(best[..., None], -2).squeeze(-2)
    component = squares.take_along_dim(best, -1).clamp_min(0).sqrt()
    return row / (2 * component.clamp_min(_LEAST_DIVISOR))


def matrix_from_axis_angle(rotvec: Tensor) -> Tensor:
    """(..., 3) rad to (..., 3, 3), of any angle; exact at zero without a special case."""
    angle = torch.linalg.vector_norm(rotvec, dim=-1, keepdim=True)
    # torch.sinc(x) is sin(pi x) / (pi x)
    sine = torch.sinc(angle / torch.pi) * rotvec
    versine = 0.5 * torch.sinc(angle / (2 * torch.pi)).square()
    (x, y, z), (sx, sy, sz) = rotvec.unbind(-1), sine.unbind(-1)
    c = versine[..., 0]
    xx, yy, zz = c * x * x, c * y * y, c * z * z
    xy, xz, yz = c * x * y, c * x * z, c * y * z
    entries = [
        1 - yy - zz, xy - sz, xz + sy,
        xy + sz, 1 - xx - zz, yz - sx,
        xz - sy, yz + sx, 1 - xx - yy,
    ]  # fmt: skip
    return torch.stack(entries, -1).unflatten(-1, (3, 3))
