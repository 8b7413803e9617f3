"""From queries to people to their parts: 900 -> 100 x 21 -> 100 x 39 tokens (spec section 10)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from kernels.box_step.reference import moved

from .config import BODY_POINTS, BODY_TOKENS, FACE_POINTS, HAND_POINTS, WIDTH
from .heads import Heads


class Expansion(nn.Module):
    """Learned contents and sizes of the tokens that a person is given."""

    def __init__(self) -> None:
        super().__init__()
        self.keypoint_embed = nn.Embedding(BODY_POINTS, WIDTH)
        self.hw = nn.Embedding(BODY_POINTS, 2)
        for part, points in (("lhand", HAND_POINTS), ("rhand", HAND_POINTS), ("face", FACE_POINTS)):
            self.add_module(f"{part}_box_embed", nn.Embedding(1, WIDTH))
            self.add_module(f"hw_{part}_bbox", nn.Embedding(1, 2))
            self.add_module(f"{part}_keypoint_embed", nn.Embedding(points, WIDTH))
            self.add_module(f"hw_{part}_kps", nn.Embedding(points, 2))

    def to_body_tokens(self, content: Tensor, boxes: Tensor, heads: Heads) -> tuple[Tensor, Tensor]:
        """Give each person its points and the boxes of hands and face.

        Args:
            content: (B, P, 256).
            boxes: (B, P, 4).

        Returns:
            (B, P, 21, 256) and (B, P, 21, 4).
        """
        parts = [(content[:, :, None], boxes[:, :, None])]
        hand, face = heads.bbox_hand_embed["4"], heads.bbox_face_embed["4"]
        for embed, size, head in (
            ("keypoint_embed", "hw", heads.pose_embed["4"]),
            ("lhand_box_embed", "hw_lhand_bbox", hand),
            ("rhand_box_embed", "hw_rhand_bbox", hand),
            ("face_box_embed", "hw_face_bbox", face),
        ):
            parts.append(self._children(content, boxes, embed, size, head))
        return _joined(parts)

    def to_whole_tokens(
        self, content: Tensor, boxes: Tensor, heads: Heads
    ) -> tuple[Tensor, Tensor]:
        """Give each hand and face its points.

        Args:
            content: (B, P, 21, 256).
            boxes: (B, P, 21, 4).

        Returns:
            (B, P, 39, 256) and (B, P, 39, 4), each part's points behind its box.
        """
        first = BODY_TOKENS.left_hand
        parts = [(content[:, :, :first], boxes[:, :, :first])]
        hand, face = heads.pose_hand_embed["2"], heads.pose_face_embed["2"]
        for part, slot, head in (
            ("lhand", BODY_TOKENS.left_hand, hand),
            ("rhand", BODY_TOKENS.right_hand, hand),
            ("face", BODY_TOKENS.face, face),
        ):
            c, b = content[:, :, slot], boxes[:, :, slot]
            parts.append((c[:, :, None], b[:, :, None]))
            embed, size = f"{part}_keypoint_embed", f"hw_{part}_kps"
            parts.append(self._children(c, b, embed, size, head))
        return _joined(parts)

    def _children(
        self, content: Tensor, boxes: Tensor, embed: str, size: str, head: nn.Module
    ) -> tuple[Tensor, Tensor]:
        """(B, P, 256) and (B, P, 4) of parents to (B, P, n, 256) and (B, P, n, 4) of children."""
        child = content[:, :, None] + self.get_parameter(f"{embed}.weight")
        centre = moved(boxes[:, :, None, :2], head(child))
        extent = self.get_parameter(f"{size}.weight").sigmoid() * boxes[:, :, None, 2:]
        return child, torch.cat([centre, extent], -1)


def _joined(parts: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    contents, boxes = zip(*parts, strict=True)
    return torch.cat(contents, 2), torch.cat(boxes, 2)
