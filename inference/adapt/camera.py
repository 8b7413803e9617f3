"""The camera of a crop (DynaBOA's specification, section 2)."""

from __future__ import annotations

import torch
from torch import Tensor

from .hmr import CROP_PX

FOCAL_PX = 5000.0


def translation(camera: Tensor) -> Tensor:
    """(B, 3) scale and shift to (B, 3) m from the camera to the body's origin."""
    scale, x, y = camera.unbind(-1)
    return torch.stack([x, y, 2 * FOCAL_PX / (CROP_PX * scale + 1e-9)], -1)


def projected(points: Tensor, camera: Tensor) -> Tensor:
    """(B, N, 3) m of a body to (B, N, 2), -1..1 across the crop."""
    seen = points + translation(camera)[:, None]
    return FOCAL_PX * seen[..., :2] / seen[..., 2:] / (CROP_PX / 2)


def of_image(camera: Tensor, box_px: Tensor, size_px: tuple[float, float]) -> Tensor:
    """The camera of the whole image, for drawing over it.

    Args:
        camera: (B, 3) of the crop.
        box_px: (B, 3) its middle and its side.

    Returns:
        (B, 4) scales and shifts, x and y.
    """
    size = box_px.new_tensor(size_px)
    scale = camera[:, :1] * box_px[:, 2:] / size
    middle = size / 2
    return torch.cat([scale, camera[:, 1:] + (box_px[:, :2] - middle) / middle / scale], 1)
