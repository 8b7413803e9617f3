"""Sine encoding of where a token lies in the image (spec section 5)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_CHANNELS = 128
"""Per coordinate."""
IMAGE_TEMPERATURE = 20.0


def sine(x: Tensor, temperature: float) -> Tensor:
    """(...) angles in rad to (..., 128): sine in even channels, cosine in odd ones."""
    k = torch.arange(_CHANNELS, dtype=x.dtype, device=x.device)
    wave = x[..., None] / temperature ** (2 * torch.floor(k / 2) / _CHANNELS)
    return torch.stack([wave[..., 0::2].sin(), wave[..., 1::2].cos()], -1).flatten(-2)


def image_encoding(padding: Tensor, dtype: torch.dtype) -> Tensor:
    """Encode each cell by its share of the valid height and width.

    Args:
        padding: (B, H, W), True on padding.

    Returns:
        (B, 256, H, W), y before x.
    """
    valid = (~padding).to(dtype)
    y, x = valid.cumsum(1), valid.cumsum(2)
    y = y / (y[:, -1:] + 1e-6) * (2 * math.pi)
    x = x / (x[:, :, -1:] + 1e-6) * (2 * math.pi)
    encoded = [sine(axis, IMAGE_TEMPERATURE) for axis in (y, x)]
    return torch.cat(encoded, -1).permute(0, 3, 1, 2)
