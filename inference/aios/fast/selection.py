"""Two-stage selection that makes boxes of the selected alone."""

from __future__ import annotations

from torch import Tensor, nn

from ..config import QUERIES
from ..selection import Selected, TwoStageSelection, require_enough_tokens, rows
from .geometry import Geometry


class FastSelection(nn.Module):
    """As TwoStageSelection, in float32: the scores decide who is seen at all."""

    def __init__(self, plain: TwoStageSelection) -> None:
        super().__init__()
        self.plain = plain

    def forward(self, memory: Tensor, geometry: Geometry) -> Selected:
        """(B, L, 256) float32 memory to the best 900."""
        require_enough_tokens(memory.shape[1])
        plain = self.plain
        features = plain.enc_output_norm(plain.enc_output(memory.masked_fill(geometry.invalid, 0)))
        tokens = plain.enc_out_class_embed(features).amax(-1).topk(QUERIES).indices
        content = rows(features, tokens)
        proposed = rows(geometry.proposals.expand(len(memory), -1, -1), tokens)
        boxes = (proposed + plain.enc_out_bbox_embed(content)).sigmoid()
        return Selected(content, boxes, tokens)
