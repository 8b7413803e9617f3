"""From the network's 100 people to the 50 best, each with a score, as AiOS's own code returns them.

The same person may come twice, once through each class: `person` tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from livemocap.rotation import Array

from . import camera
from .config import RETURNED

_PARTS = {
    "smplx_root_pose": slice(0, 3),
    "smplx_body_pose": slice(3, 66),
    "smplx_lhand_pose": slice(66, 111),
    "smplx_rhand_pose": slice(111, 156),
    "smplx_jaw_pose": slice(156, 159),
}
"""Where each part is in the full pose of 159 numbers."""

_BOXES = {
    "body_bbox": "pred_boxes",
    "lhand_bbox": "pred_lhand_boxes",
    "rhand_bbox": "pred_rhand_boxes",
    "face_bbox": "pred_face_boxes",
}


def postprocess(
    out: Mapping[str, Tensor], sizes: Sequence[tuple[int, int]] | Tensor | Array
) -> list[dict[str, Tensor]]:
    """The best people of each image, best first.

    Args:
        out: what the network returned, (B, 100, ...) under its `pred_*` names.
        sizes: (oh, ow) of each image as the network saw it, padding excluded; or all as (B, 2).

    Returns:
        For each image, (50, ...) each: scores, labels, person (0..99, who it is in `out`),
        smplx_* (axis-angle rad, betas, expression), cam_trans m, *_bbox (x0 y0 x1 y1, px of the
        resized image); with a body model also smpl_kp3d and smpl_verts m and smplx_joint_proj
        px. keypoints_coco is left as it is: 100 people in the order of `out`, 0..1.

    Raises:
        ValueError: there is not one size for each image.
    """
    scores, chosen = out["pred_logits"].sigmoid().flatten(1).topk(RETURNED, dim=1)
    person = chosen // 2
    size = _sizes(sizes, scores)
    batch = {"scores": scores, "labels": chosen % 2, "person": person}
    batch |= _parameters(out, person)
    batch |= {name: _pixel_boxes(_pick(out[key], person), size) for name, key in _BOXES.items()}
    batch |= _bodies(out, person, batch["cam_trans"], size)
    if "pred_keypoints" in out:
        batch["keypoints_coco"] = out["pred_keypoints"]
    return [{name: rows[b] for name, rows in batch.items()} for b in range(len(scores))]


def _sizes(sizes: Sequence[tuple[int, int]] | Tensor | Array, scores: Tensor) -> Tensor:
    """(B, 2), where the scores are."""
    size = torch.stack([torch.as_tensor(each) for each in sizes]).to(scores.device)
    if size.shape != (len(scores), 2):
        raise ValueError(
            f"sizes are {tuple(size.shape)}, expected (oh, ow) of each of {len(scores)} images."
        )
    return size


def _pick(rows: Tensor, person: Tensor) -> Tensor:
    """(B, 100, ...) to (B, 50, ...)."""
    return rows[torch.arange(len(rows), device=rows.device)[:, None], person]


def _parameters(out: Mapping[str, Tensor], person: Tensor) -> dict[str, Tensor]:
    pose = _pick(out["pred_smpl_fullpose"], person)
    return {name: pose[..., part] for name, part in _PARTS.items()} | {
        "smplx_shape": _pick(out["pred_smpl_beta"], person),
        "smplx_expr": _pick(out["pred_smpl_expr"], person),
        "cam_trans": camera.translation(_pick(out["pred_smpl_cam"], person)),
    }


def _pixel_boxes(boxes: Tensor, size: Tensor) -> Tensor:
    """(B, 50, 4) cx cy w h in 0..1 to x0 y0 x1 y1 px."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    scale = size.flip(-1).repeat(1, 2)[:, None]
    return torch.cat([centre - half, centre + half], -1) * scale


def _bodies(
    out: Mapping[str, Tensor], person: Tensor, transl: Tensor, size: Tensor
) -> dict[str, Tensor]:
    """Joints, their pixels and vertices, as far as the network had a body model."""
    bodies: dict[str, Tensor] = {}
    if "pred_smpl_kp3d" in out:
        bodies["smpl_kp3d"] = _pick(out["pred_smpl_kp3d"], person)
        bodies["smplx_joint_proj"] = camera.project(bodies["smpl_kp3d"], transl, size[:, None])
    if "pred_smpl_verts" in out:
        bodies["smpl_verts"] = _pick(out["pred_smpl_verts"], person)
    return bodies
