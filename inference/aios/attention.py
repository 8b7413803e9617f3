"""Attention: deformable over the feature levels, and dense between queries (spec 6, 9)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.deform_attn.reference import deform_attn

from .config import HEADS, LEVELS, POINTS, WIDTH


class DeformableAttention(nn.Module):
    """Multi-scale deformable attention (Zhu et al. 2021, section 4.1)."""

    def __init__(self) -> None:
        super().__init__()
        self.sampling_offsets = nn.Linear(WIDTH, HEADS * LEVELS * POINTS * 2)
        self.attention_weights = nn.Linear(WIDTH, HEADS * LEVELS * POINTS)
        self.value_proj = nn.Linear(WIDTH, WIDTH)
        self.output_proj = nn.Linear(WIDTH, WIDTH)

    def forward(
        self,
        query: Tensor,
        reference: Tensor,
        source: Tensor,
        padding: Tensor,
        shapes: Sequence[tuple[int, int]],
    ) -> Tensor:
        """What each query gathers from the levels.

        Args:
            query: (B, N, 256).
            reference: (B, N, levels, 2) points or (B, N, levels, 4) boxes in the padded levels.
            source: (B, L, 256).
            padding: (B, L); padded tokens count as zero.
            shapes: (H, W) of each level.

        Returns:
            (B, N, 256).
        """
        batch, queries, _ = query.shape
        value = self.value_proj(source).masked_fill(padding[..., None], 0.0)
        offsets = self.sampling_offsets(query).view(batch, queries, HEADS, LEVELS, POINTS, 2)
        logits = self.attention_weights(query).view(batch, queries, HEADS, LEVELS * POINTS)
        value = value.view(batch, -1, HEADS, WIDTH // HEADS)
        return self.output_proj(deform_attn(value, shapes, reference, offsets, logits))


class SelfAttention(nn.Module):
    """Scaled dot-product attention between queries, with the packed weights of the checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * WIDTH, WIDTH))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * WIDTH))
        self.out_proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, query: Tensor, value: Tensor, forbidden: Tensor | None) -> Tensor:
        """(B, N, 256) queries, that are keys as well, and values to (B, N, 256).

        Args:
            forbidden: (N, N), True where a query must not see a key, or none.
        """
        weights, biases = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        inputs = (query, query, value)
        q, k, v = (
            F.linear(x, w, b).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for x, w, b in zip(inputs, weights, biases, strict=True)
        )
        allowed = None if forbidden is None else ~forbidden
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))
