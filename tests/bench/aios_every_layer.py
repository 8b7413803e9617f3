"""The heads of every decoder layer, those that only training looks at included."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from inference.aios.body import SmplxBody
from inference.aios.config import (
    BODY_LAYERS,
    LAYERS,
    LOCATION_LAYERS,
    WHOLE_LAYERS,
    Tokens,
    tokens_of_layer,
)
from inference.aios.heads import Heads, Mlp
from inference.aios.rotation import axis_angle_from_matrix
from kernels.box_step.reference import moved
from kernels.rot6d import matrix_from_rot6d

SMPL = ("pose", "beta", "cam", "hand_pose", "jaw", "expr")
_ROTATIONS = ("pose", "lhand_pose", "rhand_pose", "jaw_pose")

Features = dict[str, tuple[int, ...]]
"""Which slots the SMPL-X heads of a layer look at: body, left hand, right hand, face."""


def features_of_layer(layer: int) -> Features:
    """Whole parts in layers 4 and 5; in 2 and 3 a hand or face is its box token alone."""
    tokens = tokens_of_layer(layer)
    left, right, face = tokens.left_hand, tokens.right_hand, tokens.face
    body = (*range(left + 1), right, face)
    if layer in BODY_LAYERS:
        return {"body": body, "left": (left,), "right": (right,), "face": (face,)}
    return {
        "body": body,
        "left": (0, left, *tokens.left_points, right),
        "right": (0, left, right, *tokens.right_points),
        "face": (0, face, *tokens.face_points),
    }


class EveryLayer(nn.Module):
    """Boxes, points and SMPL-X parameters of all six layers, bodies of four.

    Args:
        heads: of the network.
        auxiliary: weights by canonical key, those of the auxiliary heads among them.
    """

    def __init__(self, heads: Heads, auxiliary: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.heads = heads
        self.classes = nn.ModuleList(_linear(auxiliary, f"class_embed.{i}") for i in range(LAYERS))
        self.smpl = nn.ModuleDict(
            {
                name: nn.ModuleList(_mlp(auxiliary, f"smpl_{name}_embed.{i}") for i in range(4))
                for name in SMPL
            }
        )

    def forward(self, layer: int, content: Tensor, boxes: Tensor) -> dict[str, Tensor]:
        """What a layer's heads say.

        Args:
            content: normalised output, (B, 900, 256) or (B, 100, tokens, 256).
            boxes: those that went into the layer, (B, 900, 4) or (B, 100, tokens, 4).
        """
        classes = self.classes[layer](content)
        found = moved(boxes, self.heads.bbox_embed[str(layer)](content))
        if layer in LOCATION_LAYERS:
            return {"pred_logits": classes, "pred_boxes": found}
        out = {"pred_logits": classes[:, :, 0], "pred_boxes": found[:, :, 0]}
        return out | self._parts(layer, content, boxes) | self._smpl(layer, content)

    def _parts(self, layer: int, content: Tensor, boxes: Tensor) -> dict[str, Tensor]:
        tokens, heads, i = tokens_of_layer(layer), self.heads, str(layer - 2)
        hand, face = heads.bbox_hand_embed[i], heads.bbox_face_embed[i]
        hand_size, face_size = heads.bbox_hand_hw_embed[i], heads.bbox_face_hw_embed[i]
        found = {}
        for part, slot, xy, wh in (
            ("lhand", tokens.left_hand, hand, hand_size),
            ("rhand", tokens.right_hand, hand, hand_size),
            ("face", tokens.face, face, face_size),
        ):
            chosen = content[:, :, slot]
            step = torch.cat([xy(chosen), wh(chosen)], -1)
            found[f"pred_{part}_boxes"] = moved(boxes[:, :, slot], step)
        for name, points, head in self._point_heads(layer, tokens):
            at = slice(points.start, points.stop)
            xy = moved(boxes[:, :, at, :2], head(content[:, :, at])).flatten(2)
            seen = torch.ones_like(xy[..., : len(points)]).sigmoid()
            found[f"pred_{name}"] = torch.cat([xy, seen], -1)
        return found

    def _point_heads(self, layer: int, tokens: Tokens) -> list[tuple[str, range, nn.Module]]:
        """Names, slots and heads of the points that people have in a layer."""
        points = [("keypoints", tokens.body_points, self.heads.pose_embed[str(layer - 2)])]
        if layer in WHOLE_LAYERS:
            hand = self.heads.pose_hand_embed[str(layer - 4)]
            face = self.heads.pose_face_embed[str(layer - 4)]
            points.append(("lhand_keypoints", tokens.left_points, hand))
            points.append(("rhand_keypoints", tokens.right_points, hand))
            points.append(("face_keypoints", tokens.face_points, face))
        return points

    def _smpl(self, layer: int, content: Tensor) -> dict[str, Tensor]:
        read = {
            part: content[:, :, list(slots)].flatten(2)  # an index list, made on every call
            for part, slots in features_of_layer(layer).items()
        }
        head = {name: self.smpl[name][layer - 2] for name in SMPL}
        return {
            "pred_smpl_pose": _matrices(head["pose"](read["body"])),
            "pred_smpl_lhand_pose": _matrices(head["hand_pose"](read["left"])),
            "pred_smpl_rhand_pose": _matrices(head["hand_pose"](read["right"])),
            "pred_smpl_jaw_pose": _matrices(head["jaw"](read["face"])),
            "pred_smpl_expr": head["expr"](read["face"]),
            "pred_smpl_beta": head["beta"](read["body"]),
            "pred_smpl_cam": head["cam"](read["body"]),
        }


def bodies(layer: int, out: Mapping[str, Tensor], body: SmplxBody) -> dict[str, Tensor]:
    """Joints and vertices of all 100 people; hands and face at rest before layer 4."""
    rotations = torch.cat([out[f"pred_smpl_{name}"] for name in _ROTATIONS], 2)
    pose = axis_angle_from_matrix(rotations).flatten(2)
    expression = out["pred_smpl_expr"]
    if layer in BODY_LAYERS:
        pose = torch.cat([pose[..., : 22 * 3], torch.zeros_like(pose[..., 22 * 3 :])], -1)
        expression = torch.zeros_like(expression)
    arrays = (pose, out["pred_smpl_beta"], expression)
    joints, vertices = body(*(x.flatten(0, 1) for x in arrays))
    people = pose.shape[:2]
    return {
        "pred_smpl_fullpose": pose,
        "pred_smpl_kp3d": joints.unflatten(0, people),
        "pred_smpl_verts": vertices.unflatten(0, people),
    }


def _matrices(six: Tensor) -> Tensor:
    return matrix_from_rot6d(six.unflatten(-1, (-1, 6)))


def _linear(weights: Mapping[str, Tensor], key: str) -> nn.Linear:
    weight = weights[f"{key}.weight"]
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": weight, "bias": weights[f"{key}.bias"]})
    return layer


def _mlp(weights: Mapping[str, Tensor], key: str) -> Mlp:
    ours = {k.removeprefix(f"{key}."): w for k, w in weights.items() if k.startswith(f"{key}.")}
    mlp = Mlp(ours["layers.0.weight"].shape[1], ours["layers.2.weight"].shape[0])
    mlp.load_state_dict(ours)
    return mlp
