"""Attention with merged projections; deformable sampling and people's attention by kernels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.deform_attn import deform_attn
from kernels.people_attn import people_attention

from ..attention import DeformableAttention, SelfAttention
from ..config import HEADS, LEVELS, POINTS, WIDTH, Tokens
from .dense import Dense

_OFFSETS = HEADS * LEVELS * POINTS * 2


class Sampling(nn.Module):
    """Deformable attention from given values: where to look, by one product; then looking."""

    def __init__(self, plain: DeformableAttention, dtype: torch.dtype) -> None:
        super().__init__()
        self.where = Dense([plain.sampling_offsets, plain.attention_weights], dtype)
        self.output = Dense([plain.output_proj], dtype)

    def forward(
        self,
        query: Tensor,
        reference: Tensor,
        value: Tensor,
        shapes: Sequence[tuple[int, int]],
    ) -> Tensor:
        """(B, N, 256) queries and (B, L, 8, 32) values to (B, N, 256)."""
        where = self.where(query)
        offsets = where[..., :_OFFSETS].unflatten(-1, (HEADS, LEVELS, POINTS, 2))
        logits = where[..., _OFFSETS:].unflatten(-1, (HEADS, LEVELS * POINTS))
        reference = reference.expand(len(query), -1, -1, -1)
        return self.output(deform_attn(value, shapes, reference, offsets, logits))


class PackedAttention(nn.Module):
    """Attention between queries; between people's tokens without a mask."""

    def __init__(self, plain: SelfAttention, dtype: torch.dtype) -> None:
        super().__init__()
        self.register_buffer("weight", plain.in_proj_weight.to(dtype))
        self.register_buffer("bias", plain.in_proj_bias.to(dtype))
        self.output = Dense([plain.out_proj], dtype)

    def forward(self, query: Tensor, value: Tensor, tokens: Tokens | None) -> Tensor:
        """(B, N, 256) queries, that are keys as well, and values to (B, N, 256)."""
        weight, bias = self.get_buffer("weight"), self.get_buffer("bias")
        both = F.linear(query, weight[: 2 * WIDTH], bias[: 2 * WIDTH])
        v = F.linear(value, weight[2 * WIDTH :], bias[2 * WIDTH :]).unflatten(-1, (HEADS, -1))
        q, k = both.unflatten(-1, (2, HEADS, -1)).unbind(2)
        if tokens is not None:
            return self.output(people_attention(q, k, v, tokens.count, tokens.boxes))
        q, k, v = (x.transpose(1, 2) for x in (q, k, v))
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.output(mixed.transpose(1, 2).flatten(2))
