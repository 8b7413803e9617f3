"""Two-stage selection: the 900 tokens that look most like somebody (spec section 8)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .config import QUERIES, WIDTH
from .heads import Mlp
from .pyramid import Pyramid, cell_centres
from .trace import Record, ignore

_SIDE = 0.05
"""Of a proposed box at the finest level; twice that at each coarser one."""
_EDGE = 0.01
"""Proposals nearer to 0 or 1 than this are invalid."""


@dataclass(frozen=True, slots=True)
class Selected:
    """The queries that the decoder begins with, best first."""

    content: Tensor
    """(B, 900, 256)."""
    boxes: Tensor
    """(B, 900, 4), 0..1."""
    tokens: Tensor
    """(B, 900) the encoder token behind each."""


def proposals(pyramid: Pyramid) -> tuple[Tensor, Tensor]:
    """One box per token.

    Returns:
        (B, L, 4) logits, infinite where invalid, and (B, L) which are invalid.
    """
    centres = cell_centres(pyramid.shapes, pyramid.valid)
    sides = [
        centres.new_full((h * w, 2), _SIDE * 2**level)
        for level, (h, w) in enumerate(pyramid.shapes)
    ]
    boxes = torch.cat([centres, torch.cat(sides).expand_as(centres)], -1)
    inside = ((boxes > _EDGE) & (boxes < 1 - _EDGE)).all(-1)
    invalid = pyramid.padding | ~inside
    logits = torch.log(boxes / (1 - boxes))
    return logits.masked_fill(invalid[..., None], torch.inf), invalid


class TwoStageSelection(nn.Module):
    """Scores every token and keeps the best."""

    def __init__(self) -> None:
        super().__init__()
        self.enc_output = nn.Linear(WIDTH, WIDTH)
        self.enc_output_norm = nn.LayerNorm(WIDTH)
        self.enc_out_class_embed = nn.Linear(WIDTH, 2)
        self.enc_out_bbox_embed = Mlp(WIDTH, 4)

    def forward(self, memory: Tensor, pyramid: Pyramid, record: Record = ignore) -> Selected:
        """(B, L, 256) memory to the best 900.

        Raises:
            ValueError: there are fewer tokens than queries.
        """
        require_enough_tokens(memory.shape[1])
        logits, invalid = proposals(pyramid)
        features = self.enc_output(memory.masked_fill(invalid[..., None], 0.0))
        features = self.enc_output_norm(features)
        classes = self.enc_out_class_embed(features)
        step = self.enc_out_bbox_embed(features)
        score, tokens = classes.amax(-1).topk(QUERIES)
        content, boxes = rows(features, tokens), rows(logits + step, tokens).sigmoid()
        record("enc_output_memory", features)
        record("enc_class", classes)
        record("enc_box_delta", step)
        record("topk900_idx", tokens)
        record("topk900_score", score)
        record("init_box_proposal", rows(logits, tokens).sigmoid())
        record("enc_ref", boxes)
        return Selected(content, boxes, tokens)


def rows(x: Tensor, index: Tensor) -> Tensor:
    """(B, N, C) and (B, K) row numbers to (B, K, C)."""
    return x.gather(1, index[..., None].expand(-1, -1, x.shape[-1]))


def require_enough_tokens(tokens: int) -> None:
    """Raises ValueError when an image is too small or too narrow to choose 900 queries from."""
    if tokens < QUERIES:
        raise ValueError(
            f"the images have {tokens} tokens, expected at least {QUERIES}: they are too small or "
            "too narrow for AiOS. Pad them (padding_mask True) to 216 x 216 pixels or more."
        )
