"""The end of every transformer block: add, normalise, and hand on in the precision wanted next."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import layer_norm


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
    """LayerNorm(x + update) over the last axis: as it is, cast, and with `pos` added then cast.

    Statistics and the sum are in float32 (float64 for float64 inputs).

    Args:
        x, update: (..., C), any float dtype each.
        weight, bias: (C,).
        pos: (..., C), broadcast over leading axes; added to the second copy.
        cast: dtype of the two copies; that of the first result if None.
    """
    total = _wide(x) + _wide(update)
    y = layer_norm(total, total.shape[-1:], weight.to(total.dtype), bias.to(total.dtype), eps)
    copy = y if cast is None else y.to(cast)
    if pos is None:
        return y, copy, None
    return y, copy, (y + pos).to(copy.dtype)


def _wide(x: Tensor) -> Tensor:
    return x.to(torch.promote_types(x.dtype, torch.float32))
