"""The decoder: queries become people, people become body, hands and face (spec 9 to 11)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.box_step.reference import moved
from kernels.query_sine.reference import query_sine

from .attention import DeformableAttention, SelfAttention
from .config import (
    BODY_LAYERS,
    BODY_TOKENS,
    FFN_WIDTH,
    LAYERS,
    LOCATION_LAYERS,
    PERSONS,
    WHOLE_LAYERS,
    WHOLE_TOKENS,
    WIDTH,
    Tokens,
)
from .expansion import Expansion
from .heads import Heads, Mlp
from .masks import forbidden_pairs
from .pyramid import Pyramid
from .selection import Selected, rows
from .trace import Record, ignore


class DecoderLayer(nn.Module):
    """Self-attention, deformable attention into the memory, feed-forward; norms 2, 1 and 3."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn = SelfAttention()
        self.norm2 = nn.LayerNorm(WIDTH)
        self.cross_attn = DeformableAttention()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.linear1 = nn.Linear(WIDTH, FFN_WIDTH)
        self.linear2 = nn.Linear(FFN_WIDTH, WIDTH)
        self.norm3 = nn.LayerNorm(WIDTH)

    def forward(
        self,
        t: Tensor,
        position: Tensor,
        reference: Tensor,
        memory: Tensor,
        pyramid: Pyramid,
        forbidden: Tensor | None,
    ) -> Tensor:
        """(B, N, 256) content to the same.

        Args:
            position: (B, N, 256) encoded boxes.
            reference: (B, N, levels, 4) boxes in the padded levels.
            memory: (B, L, 256).
            forbidden: (N, N) as in masks.forbidden_pairs, or none.
        """
        t = self.norm2(t + self.self_attn(t + position, t, forbidden))
        gathered = self.cross_attn(t + position, reference, memory, pyramid.padding, pyramid.shapes)
        t = self.norm1(t + gathered)
        return self.norm3(t + self.linear2(F.relu(self.linear1(t))))


@dataclass(frozen=True, slots=True)
class Decoded:
    """The decoder's last layer: 100 people of 39 tokens."""

    content: Tensor
    """(B, 100, 39, 256), normalised."""
    boxes: Tensor
    """(B, 100, 39, 4): those that went into the last layer."""
    tokens: Tensor
    """(B, 100) the encoder token behind each person."""


class Decoder(nn.Module):
    """Two layers that find people, two that refine bodies, two that refine whole bodies."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.ref_point_head = Mlp(2 * WIDTH, WIDTH, depth=2)
        self.expansion = Expansion()

    def forward(
        self,
        selected: Selected,
        memory: Tensor,
        pyramid: Pyramid,
        heads: Heads,
        record: Record = ignore,
    ) -> Decoded:
        """Decode (B, 900) queries against (B, L, 256) memory."""
        t, boxes = selected.content, selected.boxes
        run = _Run(self, memory, pyramid, heads, record)
        for layer in LOCATION_LAYERS:
            t, boxes = run.layer(layer, t, boxes, None)
        persons = self._choose(t, heads, record)
        tokens = selected.tokens.gather(1, persons)
        record("sel100_tokens", tokens)
        t, boxes = self.expansion.to_body_tokens(rows(t, persons), rows(boxes, persons), heads)
        t, boxes = run.stage(BODY_LAYERS, BODY_TOKENS, t, boxes)
        t, boxes = self.expansion.to_whole_tokens(t, boxes, heads)
        t, boxes = run.stage(WHOLE_LAYERS, WHOLE_TOKENS, t, boxes)
        content = self.norm(t)
        return Decoded(content, run.last_input_boxes.view(boxes.shape), tokens)

    def _choose(self, content: Tensor, heads: Heads, record: Record) -> Tensor:
        """(B, 900, 256) raw output of layer 1 to (B, 100) places of the best, best first."""
        scores = heads.class_embed["1"](content).amax(-1)
        score, persons = scores.topk(PERSONS)
        record("topk100_idx", persons)
        record("topk100_score", score)
        return persons


class _Run:
    """One pass through the layers: what all of them look at."""

    def __init__(
        self, decoder: Decoder, memory: Tensor, pyramid: Pyramid, heads: Heads, record: Record
    ) -> None:
        self._decoder = decoder
        self._memory = memory
        self._pyramid = pyramid
        self._heads = heads
        self._record = record
        self.last_input_boxes = memory

    def stage(
        self, layers: tuple[int, ...], tokens: Tokens, t: Tensor, boxes: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Two layers over (B, P, tokens, 256) and (B, P, tokens, 4)."""
        forbidden = forbidden_pairs(tokens, t.device, t.shape[1])
        self._record_mask(layers, forbidden)
        for layer in layers:
            t, boxes = self.layer(layer, t, boxes, forbidden)
        return t, boxes

    def layer(
        self, layer: int, t: Tensor, boxes: Tensor, forbidden: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """One layer, and the boxes moved by its heads; heads see the output without the norm."""
        shape = t.shape
        t, flat = t.reshape(shape[0], -1, WIDTH), boxes.reshape(shape[0], -1, 4)
        reference = flat[:, :, None] * self._pyramid.scale[:, None]
        sine = query_sine(reference[:, :, 0])
        position = self._decoder.ref_point_head(sine)
        self._record_input(layer, t, flat, sine, position)
        t = self._decoder.layers[layer](
            t, position, reference, self._memory, self._pyramid, forbidden
        )
        self._record(f"dec{layer}_out", t)
        self._record(f"dec{layer}_hs", self._decoder.norm(t))
        self.last_input_boxes = flat
        t = t.view(shape)
        boxes = moved(boxes, self._heads.steps(layer, t))
        self._record(f"ref{layer + 1}", boxes.reshape(flat.shape))
        return t, boxes

    def _record_input(
        self, layer: int, t: Tensor, boxes: Tensor, sine: Tensor, position: Tensor
    ) -> None:
        """Boxes too: those of layers 2 and 4 are not what the layer before left behind."""
        self._record(f"dec{layer}_tgt", t)
        self._record(f"ref{layer}", boxes)
        self._record(f"dec{layer}_query_sine", sine)
        self._record(f"dec{layer}_query_pos", position)

    def _record_mask(self, layers: tuple[int, ...], forbidden: Tensor) -> None:
        if self._record is ignore:
            return
        packed = np.packbits(forbidden[:50].cpu().numpy(), axis=1)
        self._record(f"dec{layers[0]}_mask_rows0_49_packed", torch.from_numpy(packed))
        for layer in layers:
            self._record(f"dec{layer}_mask_true_count_per_head", forbidden.sum())
