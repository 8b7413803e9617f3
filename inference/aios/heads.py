"""The heads: steps of boxes and points, classes, and the SMPL-X parameters (spec 10, 12)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kernels.box_step.reference import moved
from kernels.rot6d import matrix_from_rot6d

from .config import BODY_LAYERS, LAYERS, WHOLE_LAYERS, WHOLE_TOKENS, WIDTH, tokens_of_layer

LAST = LAYERS - 1
_NO_VISIBILITY = 1 / (1 + math.exp(-1.0))
"""The constant that the reference writes behind its points, a sigmoid of 1."""

_BODY_FEATURES = (*range(19), WHOLE_TOKENS.right_hand, WHOLE_TOKENS.face)
"""Slots that the body, shape and camera heads look at, in this order."""
_LEFT_FEATURES = (0, WHOLE_TOKENS.left_hand, *WHOLE_TOKENS.left_points, WHOLE_TOKENS.right_hand)
_RIGHT_FEATURES = (0, WHOLE_TOKENS.left_hand, WHOLE_TOKENS.right_hand, *WHOLE_TOKENS.right_points)
_FACE_FEATURES = (0, WHOLE_TOKENS.face, *WHOLE_TOKENS.face_points)


class Mlp(nn.Module):
    """Linear layers of width 256 with ReLU between them."""

    def __init__(self, width_in: int, width_out: int, depth: int = 3) -> None:
        super().__init__()
        widths = [width_in, *[WIDTH] * (depth - 1), width_out]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = F.relu(layer(x))
        return last(x)


def _steps(width_out: int, indices: Iterable[int]) -> nn.ModuleDict:
    """One MLP per list index of the checkpoint."""
    return nn.ModuleDict({str(i): Mlp(WIDTH, width_out) for i in indices})


def _smpl(slots: int, width_out: int) -> nn.ModuleDict:
    """The head of the final layer, by its list index."""
    return nn.ModuleDict({"3": Mlp(slots * WIDTH, width_out)})


class Heads(nn.Module):
    """All heads that inference uses, called as in the checkpoint.

    `i = layer - 2` is the list index of the part heads, `j = layer - 4` that of the hand and
    face point heads; the last entry of a list serves the expansion to more tokens.
    """

    def __init__(self) -> None:
        super().__init__()
        self.class_embed = nn.ModuleDict({str(i): nn.Linear(WIDTH, 2) for i in (1, LAST)})
        self.bbox_embed = _steps(4, range(LAYERS))
        self.pose_embed = _steps(2, range(5))
        self.pose_hw_embed = _steps(2, [0])
        self.bbox_hand_embed = _steps(2, range(5))
        self.bbox_hand_hw_embed = _steps(2, range(4))
        self.bbox_face_embed = _steps(2, range(5))
        self.bbox_face_hw_embed = _steps(2, range(4))
        self.pose_hand_embed = _steps(2, range(3))
        self.pose_hand_hw_embed = _steps(2, [0])
        self.pose_face_embed = _steps(2, range(3))
        self.pose_face_hw_embed = _steps(2, [0])
        self.smpl_pose_embed = _smpl(len(_BODY_FEATURES), 22 * 6)
        self.smpl_beta_embed = _smpl(len(_BODY_FEATURES), 10)
        self.smpl_cam_embed = _smpl(len(_BODY_FEATURES), 3)
        self.smpl_hand_pose_embed = _smpl(len(_LEFT_FEATURES), 15 * 6)
        self.smpl_expr_embed = _smpl(len(_FACE_FEATURES), 10)
        self.smpl_jaw_embed = _smpl(len(_FACE_FEATURES), 6)

    def steps(self, layer: int, content: Tensor, *, point_sizes: bool = True) -> Tensor:
        """How far each box and point should move, in logits.

        Args:
            layer: decoder layer; from 2 on the queries are people's tokens.
            content: (B, N, 256) in layers 0 and 1, (B, P, tokens, 256) from layer 2 on.
            point_sizes: points have sizes that decoder layers use; False leaves them as they are.

        Returns:
            (B, N, 4) or (B, P, tokens, 4): x, y, w, h.
        """
        if layer not in BODY_LAYERS + WHOLE_LAYERS:
            return self.bbox_embed[str(layer)](content)
        return torch.cat(self._token_steps(layer, content, point_sizes), 2)

    def _token_steps(self, layer: int, content: Tensor, point_sizes: bool) -> list[Tensor]:
        """Steps slot by slot, in the order of the slots."""
        i, j, tokens = str(layer - 2), str(layer - 4), tokens_of_layer(layer)

        def step(at: range | int, xy: nn.Module, wh: nn.Module) -> Tensor:
            chosen = content[:, :, _slice(at)]
            moves = xy(chosen)
            grows = wh(chosen) if point_sizes or isinstance(at, int) else torch.zeros_like(moves)
            return torch.cat([moves, grows], -1)

        def hand(box: int, points: range) -> list[Tensor]:
            found = [step(box, self.bbox_hand_embed[i], self.bbox_hand_hw_embed[i])]
            if points:
                found += [step(points, self.pose_hand_embed[j], self.pose_hand_hw_embed["0"])]
            return found

        parts = [self.bbox_embed[str(layer)](content[:, :, _slice(tokens.body)])]
        parts += [step(tokens.body_points, self.pose_embed[i], self.pose_hw_embed["0"])]
        parts += hand(tokens.left_hand, tokens.left_points)
        parts += hand(tokens.right_hand, tokens.right_points)
        parts += [step(tokens.face, self.bbox_face_embed[i], self.bbox_face_hw_embed[i])]
        if tokens.face_points:
            points = tokens.face_points
            parts += [step(points, self.pose_face_embed[j], self.pose_face_hw_embed["0"])]
        return parts

    def classes(self, content: Tensor) -> Tensor:
        """(B, P, 39, 256), the normalised output of the last layer, to (B, P, 2) logits."""
        return self.class_embed[str(LAST)](content[:, :, WHOLE_TOKENS.body])

    def final(self, content: Tensor, boxes: Tensor) -> dict[str, Tensor]:
        """What the network says of P people, by the names of section 12.4.

        Args:
            content: (B, P, 39, 256), the normalised output of the last layer.
            boxes: (B, P, 39, 4), the boxes that went into the last layer.
        """
        return {
            "pred_logits": self.classes(content),
            **self._places(moved(boxes, self.steps(LAST, content, point_sizes=False))),
            **self._regressed(content),
        }

    def _places(self, placed: Tensor) -> dict[str, Tensor]:
        """(B, P, 39, 4) final boxes to the boxes and points of the output."""
        tokens = WHOLE_TOKENS
        return {
            "pred_boxes": placed[:, :, tokens.body],
            "pred_lhand_boxes": placed[:, :, tokens.left_hand],
            "pred_rhand_boxes": placed[:, :, tokens.right_hand],
            "pred_face_boxes": placed[:, :, tokens.face],
            "pred_keypoints": _flat_points(placed, tokens.body_points),
            "pred_lhand_keypoints": _flat_points(placed, tokens.left_points),
            "pred_rhand_keypoints": _flat_points(placed, tokens.right_points),
            "pred_face_keypoints": _flat_points(placed, tokens.face_points),
        }

    def _regressed(self, content: Tensor) -> dict[str, Tensor]:
        """(B, P, 39, 256) to rotations, shape, expression and camera, regressed from scratch."""
        body = _features(content, _BODY_FEATURES)
        face = _features(content, _FACE_FEATURES)
        hand = self.smpl_hand_pose_embed["3"]
        left, right = (hand(_features(content, s)) for s in (_LEFT_FEATURES, _RIGHT_FEATURES))
        return {
            "pred_smpl_pose": _matrices(self.smpl_pose_embed["3"](body)),
            "pred_smpl_lhand_pose": _matrices(left),
            "pred_smpl_rhand_pose": _matrices(right),
            "pred_smpl_jaw_pose": _matrices(self.smpl_jaw_embed["3"](face)),
            "pred_smpl_expr": self.smpl_expr_embed["3"](face),
            "pred_smpl_beta": self.smpl_beta_embed["3"](body),
            "pred_smpl_cam": self.smpl_cam_embed["3"](body),
        }


def _slice(at: range | int) -> slice:
    return slice(at, at + 1) if isinstance(at, int) else slice(at.start, at.stop)


def _features(content: Tensor, slots: tuple[int, ...]) -> Tensor:
    """(B, P, 39, 256) to (B, P, len(slots) * 256)."""
    return torch.cat([content[:, :, slot] for slot in slots], -1)


def _matrices(six: Tensor) -> Tensor:
    """(B, P, 6 n) to (B, P, n, 3, 3)."""
    return matrix_from_rot6d(six.unflatten(-1, (-1, 6)))


def _flat_points(placed: Tensor, points: range) -> Tensor:
    """(B, P, 39, 4) to (B, P, 3 n): x1 y1 ... xn yn, then n times the constant visibility."""
    xy = placed[:, :, _slice(points), :2].flatten(2)
    return torch.cat([xy, xy.new_full((*xy.shape[:2], len(points)), _NO_VISIBILITY)], -1)
