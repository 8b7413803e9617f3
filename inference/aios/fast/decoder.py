"""The decoder without masks, with the values of all six layers from one product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from kernels.box_step import moved
from kernels.query_sine import query_sine

from ..config import (
    BODY_LAYERS,
    BODY_TOKENS,
    HEADS,
    LAYERS,
    LOCATION_LAYERS,
    PERSONS,
    WHOLE_LAYERS,
    WHOLE_TOKENS,
    WIDTH,
    Tokens,
)
from ..decoder import Decoded, Decoder, DecoderLayer
from ..heads import Heads
from ..selection import Selected, rows
from .attention import PackedAttention, Sampling
from .dense import AddNorm, Dense, FeedForward
from .geometry import Geometry
from .heads import FastSteps


class FastDecoderLayer(nn.Module):
    """As DecoderLayer."""

    def __init__(self, plain: DecoderLayer, dtype: torch.dtype) -> None:
        super().__init__()
        self._dtype = dtype
        self.among = PackedAttention(plain.self_attn, dtype)
        self.sampling = Sampling(plain.cross_attn, dtype)
        self.add_norm2 = AddNorm(plain.norm2, dtype)
        self.add_norm1 = AddNorm(plain.norm1, dtype)
        self.add_norm3 = AddNorm(plain.norm3, dtype)
        self.feed_forward = FeedForward(plain.linear1, plain.linear2, dtype)

    def forward(
        self,
        t: Tensor,
        position: Tensor,
        reference: Tensor,
        value: Tensor,
        shapes: Sequence[tuple[int, int]],
        tokens: Tokens | None,
    ) -> Tensor:
        """(B, N, 256) float32 content to the same.

        Args:
            position: (B, N, 256) in this layer's dtype.
            reference: (B, N, levels, 4).
            value: (B, L, 8, 32), this layer's.
            tokens: how people's tokens are laid out, none before there are people.
        """
        mixed = self.among((t + position).to(self._dtype), t.to(self._dtype), tokens)
        t, _, query = self.add_norm2(t, mixed, position)
        gathered = self.sampling(query, reference, value, shapes)
        t, low, _ = self.add_norm1(t, gathered)
        return self.add_norm3(t, self.feed_forward(low))[0]


class FastDecoder(nn.Module):
    """As Decoder; boxes, scores and steps stay in float32."""

    def __init__(self, plain: Decoder, heads: Heads, dtype: torch.dtype) -> None:
        super().__init__()
        layers = [layer for layer in plain.layers if isinstance(layer, DecoderLayer)]
        self._dtype = dtype
        self.values = Dense([layer.cross_attn.value_proj for layer in layers], dtype)
        self.layers = nn.ModuleList(FastDecoderLayer(layer, dtype) for layer in layers)
        self.steps = nn.ModuleDict(
            {str(i): FastSteps(heads, i) for i in range(BODY_LAYERS[0], LAYERS - 1)}
        )
        first, second = (cast(nn.Linear, layer) for layer in plain.ref_point_head.layers)
        self.place = FeedForward(first, second, dtype)
        self.norm = plain.norm
        self.expansion, self.heads = plain.expansion, heads

    def forward(self, selected: Selected, memory: Tensor, geometry: Geometry) -> Decoded:
        """Decode (B, 900) queries against (B, L, 256) memory."""
        values = self._values(memory, geometry)
        t, boxes = selected.content, selected.boxes
        for i in LOCATION_LAYERS:
            t = self._layer(i, t, boxes, values, geometry, None)
            boxes = moved(boxes, self.heads.steps(i, t))
        persons = self.heads.class_embed["1"](t).amax(-1).topk(PERSONS).indices
        parents = rows(t, persons), rows(boxes, persons)
        t, boxes = self.expansion.to_body_tokens(*parents, self.heads)
        for i in BODY_LAYERS:
            t = self._layer(i, t, boxes, values, geometry, BODY_TOKENS)
            boxes = moved(boxes, self.steps[str(i)](t))
        t, boxes = self.expansion.to_whole_tokens(t, boxes, self.heads)
        first, last = WHOLE_LAYERS
        t = self._layer(first, t, boxes, values, geometry, WHOLE_TOKENS)
        boxes = moved(boxes, self.steps[str(first)](t))
        t = self._layer(last, t, boxes, values, geometry, WHOLE_TOKENS)
        return Decoded(self.norm(t), boxes, selected.tokens.gather(1, persons))

    def _values(self, memory: Tensor, geometry: Geometry) -> Sequence[Tensor]:
        """What each layer samples from, (B, L, 8, 32) each."""
        values = self.values(memory.to(self._dtype))
        if geometry.padding is not None:
            values = values.masked_fill(geometry.padding, 0.0)
        return values.unflatten(-1, (LAYERS, HEADS, -1)).unbind(2)

    def _layer(
        self,
        i: int,
        t: Tensor,
        boxes: Tensor,
        values: Sequence[Tensor],
        geometry: Geometry,
        tokens: Tokens | None,
    ) -> Tensor:
        """Content and boxes, (B, N, ...) or (B, P, tokens, ...), to new content."""
        flat, at = t.reshape(len(t), -1, WIDTH), boxes.reshape(len(t), -1, 4)
        reference = at[:, :, None] * geometry.scale[:, None]
        position = self.place(query_sine(reference[:, :, 0], self._dtype))
        out = self.layers[i](flat, position, reference, values[i], geometry.shapes, tokens)
        return out.view(t.shape)
