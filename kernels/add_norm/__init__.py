"""Residual sum and LayerNorm, with the copies the next matrix products read."""

from __future__ import annotations

import torch
from torch import Tensor

from ..dispatch import runs_fused
from . import reference


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
    """LayerNorm(x + update): in float32, cast to `cast`, and cast after adding `pos` (or None)."""
    if runs_fused(x):
        from . import fused

        return fused.add_norm(x, update, weight, bias, eps=eps, pos=pos, cast=cast)
    return reference.add_norm(x, update, weight, bias, eps=eps, pos=pos, cast=cast)
