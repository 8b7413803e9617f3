"""Sine encoding of the boxes that queries look at."""

from __future__ import annotations

import math

import torch
from torch import Tensor

CHANNELS = 128
"""Of each of a box's four numbers."""
TEMPERATURE = 10000.0


def query_sine(boxes: Tensor, cast: torch.dtype | None = None) -> Tensor:
    """(..., 4) boxes cx cy w h in 0..1 to (..., 512), in the order y, x, w, h.

    Of each number v, channel k holds sin (even k) or cos (odd k) of
    2 pi v / 10000 ** (2 * floor(k / 2) / 128).

    Args:
        cast: dtype of the result; that of boxes if None.
    """
    pair = torch.arange(CHANNELS // 2, dtype=boxes.dtype, device=boxes.device)
    period = TEMPERATURE ** (2 * pair / CHANNELS)
    x, y, w, h = (boxes * (2 * math.pi)).unbind(-1)
    angle = torch.stack((y, x, w, h), -1)[..., None] / period
    encoded = torch.stack((angle.sin(), angle.cos()), -1).flatten(-3)
    return encoded if cast is None else encoded.to(cast)
