"""The best people of a batch in one array, so that one copy brings all of it to the host."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from livemocap.messages import Float32

from ..config import BODY_POINTS, FACE_POINTS, HAND_POINTS, WHOLE_TOKENS
from ..decoder import Decoded
from ..detected import Detected
from ..heads import Heads
from ..selection import rows

_POINTS = BODY_POINTS + 2 * HAND_POINTS + FACE_POINTS
_BOXES = ("pred_boxes", "pred_lhand_boxes", "pred_rhand_boxes", "pred_face_boxes")
_KEYPOINTS = {
    "pred_keypoints": BODY_POINTS,
    "pred_lhand_keypoints": HAND_POINTS,
    "pred_rhand_keypoints": HAND_POINTS,
    "pred_face_keypoints": FACE_POINTS,
}
_ROTATIONS = tuple(f"pred_smpl_{part}" for part in ("pose", "lhand_pose", "rhand_pose", "jaw_pose"))

_LAYOUT = {
    "scores": (),
    "tokens": (),
    "rotations": (53, 3, 3),
    "betas": (10,),
    "expression": (10,),
    "camera": (3,),
    "boxes": (4, 4),
    "keypoints": (_POINTS, 2),
}
"""Fields of Detected and their shapes per person, in the order in which they are packed."""


def pack_people(decoded: Decoded, heads: Heads, count: int) -> Tensor:
    """Classify everybody, then run the other heads on the best alone.

    Args:
        count: people per image.

    Returns:
        (B, count, numbers per person) float32, best first.
    """
    score = heads.classes(decoded.content).sigmoid().amax(-1)
    best, chosen = score.topk(min(count, score.shape[1]))
    content = _people(decoded.content, chosen)
    out = heads.final(content, _people(decoded.boxes, chosen))
    fields = {
        "scores": best,
        "tokens": decoded.tokens.gather(1, chosen).float(),
        "rotations": torch.cat([out[name] for name in _ROTATIONS], 2),
        "betas": out["pred_smpl_beta"],
        "expression": out["pred_smpl_expr"],
        "camera": out["pred_smpl_cam"],
        "boxes": torch.stack([out[name] for name in _BOXES], 2),
        "keypoints": torch.cat([out[name][..., : 2 * n] for name, n in _KEYPOINTS.items()], -1),
    }
    return torch.cat([fields[name].reshape(*best.shape, -1) for name in _LAYOUT], -1)


def unpack_people(packed: Float32, size: tuple[int, int]) -> Detected:
    """One image's rows of pack_people, on the host.

    Args:
        packed: (count, numbers per person).
        size: (oh, ow) of the resized image.
    """
    fields, at = {}, 0
    for name, shape in _LAYOUT.items():
        numbers = int(np.prod(shape))
        fields[name] = packed[:, at : at + numbers].reshape(len(packed), *shape).copy()
        at += numbers
    fields["tokens"] = fields["tokens"].astype(np.int64)
    return Detected(size=size, **fields)


def _people(tokens: Tensor, chosen: Tensor) -> Tensor:
    """(B, 100, 39, C) and (B, K) to (B, K, 39, C)."""
    return rows(tokens.flatten(2), chosen).unflatten(-1, (WHOLE_TOKENS.count, -1))
