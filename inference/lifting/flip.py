"""Averaging with the mirror image, as the published results do (P-STMO's spec, section 6)."""

from __future__ import annotations

import torch
from torch import Tensor

from .skeletons import COCO_MIRROR, H36M_MIRROR


def with_flipped(keypoints: Tensor) -> Tensor:
    """(B, ..., 17, 2) in COCO's order and its mirror image: (2B, ..., 17, 2)."""
    other = keypoints[..., COCO_MIRROR, :] * keypoints.new_tensor([-1.0, 1.0])
    return torch.cat([keypoints, other])


def averaged(poses: Tensor) -> Tensor:
    """(2B, ..., J, 3) of both to (B, ..., J, 3); a root alone has no other side."""
    pose, other = poses.chunk(2)
    back = other[..., H36M_MIRROR, :] if other.shape[-2] > 1 else other
    return (pose + back * poses.new_tensor([-1.0, 1.0, 1.0])) / 2
