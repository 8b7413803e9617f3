"""The encoder with its residual stream in float32 and its products in half precision."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..config import HEADS
from ..encoder import Encoder, EncoderLayer
from .attention import Sampling
from .dense import AddNorm, Dense, FeedForward
from .geometry import Geometry


def as_value(value: Tensor, padding: Tensor | None) -> Tensor:
    """(B, L, 256) to (B, L, 8, 32), zero on padding."""
    if padding is not None:
        value = value.masked_fill(padding, 0.0)
    return value.unflatten(-1, (HEADS, -1))


class FastEncoderLayer(nn.Module):
    """As EncoderLayer."""

    def __init__(self, plain: EncoderLayer, dtype: torch.dtype) -> None:
        super().__init__()
        self.value = Dense([plain.self_attn.value_proj], dtype)
        self.sampling = Sampling(plain.self_attn, dtype)
        self.add_norm1 = AddNorm(plain.norm1, dtype)
        self.add_norm2 = AddNorm(plain.norm2, dtype)
        self.feed_forward = FeedForward(plain.linear1, plain.linear2, dtype)

    def forward(
        self, x: Tensor, low: Tensor, query: Tensor, geometry: Geometry
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One layer.

        Args:
            x: (B, L, 256) float32.
            low: the same in this layer's dtype.
            query: x + position in this layer's dtype.

        Returns:
            The three of them for the next layer.
        """
        value = as_value(self.value(low), geometry.padding)
        gathered = self.sampling(query, geometry.reference, value, geometry.shapes)
        x, low, _ = self.add_norm1(x, gathered)
        x, low, query = self.add_norm2(x, self.feed_forward(low), geometry.position)
        return x, low, query


class FastEncoder(nn.Module):
    """As Encoder."""

    def __init__(self, plain: Encoder, dtype: torch.dtype) -> None:
        super().__init__()
        self._dtype = dtype
        layers = [layer for layer in plain.layers if isinstance(layer, EncoderLayer)]
        self.layers = nn.ModuleList(FastEncoderLayer(layer, dtype) for layer in layers)

    def forward(self, tokens: Tensor, geometry: Geometry) -> Tensor:
        """(B, L, 256) float32 to the memory, float32."""
        x, low = tokens, tokens.to(self._dtype)
        query = (tokens + geometry.position).to(self._dtype)
        for layer in self.layers:
            x, low, query = layer(x, low, query, geometry)
        return x
