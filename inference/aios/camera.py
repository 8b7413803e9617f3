"""AiOS's camera: a pinhole of fixed focal length that sees the whole resized image."""

from __future__ import annotations

import torch
from torch import Tensor

FOCAL_PX = 5000.0
"""At the network's resolution; at the camera's it is this times w / ow."""

_EPSILON = 1e-9


def translation(camera: Tensor) -> Tensor:
    """(..., 3) s, tx, ty to (..., 3) m: what to add to the body to stand it before the camera."""
    scale = camera[..., :1] + _EPSILON
    return torch.cat([camera[..., 1:] / scale, 1 / scale], -1)


def project(points: Tensor, transl: Tensor, sizes: Tensor) -> Tensor:
    """Points of bodies to pixels of the resized image.

    Args:
        points: (..., J, 3) m, in the body's own frame.
        transl: (..., 3) m, where the bodies stand.
        sizes: (..., 2) oh, ow of the valid image, padding excluded.

    Returns:
        (..., J, 2) u, v in px.
    """
    placed = points + transl[..., None, :]
    centre = sizes.flip(-1).to(points.dtype)[..., None, :] / 2
    return FOCAL_PX * placed[..., :2] / placed[..., 2:] + centre
