"""Steps of people's boxes and points, with the heads that read the same tokens merged."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..config import WHOLE_LAYERS, tokens_of_layer
from ..heads import Heads, Mlp
from .dense import ParallelMlps


class FastSteps(nn.Module):
    """As Heads.steps for one decoder layer from 2 on; a part's x, y, w, h from one MLP pair."""

    def __init__(self, plain: Heads, layer: int) -> None:
        super().__init__()
        i, j = str(layer - 2), str(layer - 4)
        self._tokens = tokens_of_layer(layer)
        self.body = plain.bbox_embed[str(layer)]
        self.points = _pair(plain.pose_embed[i], plain.pose_hw_embed["0"])
        self.hands = _pair(plain.bbox_hand_embed[i], plain.bbox_hand_hw_embed[i])
        self.face = _pair(plain.bbox_face_embed[i], plain.bbox_face_hw_embed[i])
        self.hand_points = self.face_points = None
        if layer in WHOLE_LAYERS:
            self.hand_points = _pair(plain.pose_hand_embed[j], plain.pose_hand_hw_embed["0"])
            self.face_points = _pair(plain.pose_face_embed[j], plain.pose_face_hw_embed["0"])

    def forward(self, content: Tensor) -> Tensor:
        """(B, P, tokens, 256) to (B, P, tokens, 4)."""
        tokens = self._tokens
        body, points, hands, face = content.tensor_split(
            (tokens.body_points.start, tokens.left_hand, tokens.face), 2
        )
        parts = [
            self.body(body),
            self.points(points),
            _part(hands.unflatten(2, (2, -1)), self.hands, self.hand_points),
            _part(face[:, :, None], self.face, self.face_points),
        ]
        return torch.cat(parts, 2)


def _pair(xy: nn.Module, wh: nn.Module) -> ParallelMlps:
    assert isinstance(xy, Mlp)
    assert isinstance(wh, Mlp)
    return ParallelMlps([xy, wh])


def _part(content: Tensor, box: ParallelMlps, points: ParallelMlps | None) -> Tensor:
    """Hands or face: (B, P, sides, 1 + n, 256), a box and its points, to (B, P, slots, 4)."""
    step = box(content[:, :, :, :1])
    if points is not None:
        step = torch.cat([step, points(content[:, :, :, 1:])], 3)
    return step.flatten(2, 3)
