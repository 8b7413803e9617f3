"""Attention as the reference does it: masks written slice by slice, every weight materialised."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.aios.attention import DeformableAttention, SelfAttention
from inference.aios.config import HEADS, LEVELS, PERSONS, POINTS, WIDTH, Tokens

Sample = Callable[[Tensor, Sequence[tuple[int, int]], Tensor, Tensor, Tensor], Tensor]
"""What `kernels.deform_attn.deform_attn` is."""


def forbidden_by_slices(batch: int, tokens: Tokens, device: torch.device) -> Tensor:
    """(B, 8, N, N) with N = 100 people, True where a query must not see a key; row by row."""
    group = tokens.count
    count = PERSONS * group
    forbidden = torch.zeros(batch, HEADS, count, count, dtype=torch.bool, device=device)
    for row in range(count):
        first = row - row % group
        forbidden[:, :, row, :first] = True
        forbidden[:, :, row, first + group :] = True
    for query in tokens.boxes:
        for key in tokens.boxes:
            forbidden[:, :, query::group, key::group] = False
    return forbidden


class WeighedAttention(nn.Module):
    """As SelfAttention, by the code of nn.MultiheadAttention, which also averages its weights."""

    def __init__(self, plain: SelfAttention) -> None:
        super().__init__()
        self.plain = plain

    def forward(self, query: Tensor, value: Tensor, forbidden: Tensor | None) -> Tensor:
        """As SelfAttention.forward, but for a mask (B, 8, N, N)."""
        plain = self.plain
        q, v = query.transpose(0, 1), value.transpose(0, 1)
        seen, _ = F.multi_head_attention_forward(
            q, q, v, WIDTH, HEADS, plain.in_proj_weight, plain.in_proj_bias, None, None, False, 0.0,
            plain.out_proj.weight, plain.out_proj.bias, training=False, need_weights=True,
            attn_mask=None if forbidden is None else forbidden.flatten(0, 1),
        )  # fmt: skip
        return seen.transpose(0, 1)


class SampledBy(nn.Module):
    """As DeformableAttention, sampling by another function."""

    def __init__(self, plain: DeformableAttention, sample: Sample) -> None:
        super().__init__()
        self.plain, self._sample = plain, sample

    def forward(
        self,
        query: Tensor,
        reference: Tensor,
        source: Tensor,
        padding: Tensor,
        shapes: Sequence[tuple[int, int]],
    ) -> Tensor:
        """As DeformableAttention.forward."""
        plain = self.plain
        value = plain.value_proj(source).masked_fill(padding[..., None], 0.0)
        offsets = plain.sampling_offsets(query).unflatten(-1, (HEADS, LEVELS, POINTS, 2))
        logits = plain.attention_weights(query).unflatten(-1, (HEADS, LEVELS * POINTS))
        value = value.unflatten(-1, (HEADS, -1))
        return plain.output_proj(self._sample(value, shapes, reference, offsets, logits))
