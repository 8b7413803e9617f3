"""A step of boxes or points, taken in logits."""

from __future__ import annotations

import torch
from torch import Tensor

CLAMP = 1e-3
"""How near to 0 or 1 a coordinate counts; the network was trained with it."""


def moved(boxes: Tensor, step: Tensor) -> Tensor:
    """sigmoid(step + logit(boxes)), the logit clamped; shapes broadcast.

    Args:
        boxes: (...), coordinates and sizes in 0..1.
        step: (...), in logits.
    """
    x = boxes.clamp(0, 1)
    logit = torch.log(x.clamp(min=CLAMP) / (1 - x).clamp(min=CLAMP))
    return torch.sigmoid(step + logit)
