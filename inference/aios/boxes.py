"""Boxes as the network moves them: in logits, by small steps (spec: notation)."""

from __future__ import annotations

import torch
from torch import Tensor

CLAMP = 1e-3
"""The reference's; small boxes of hands and points do reach it."""


def inverse_sigmoid(x: Tensor) -> Tensor:
    """The logit of a number in 0..1, no further out than that of CLAMP."""
    x = x.clamp(0, 1)
    return torch.log(x.clamp(min=CLAMP) / (1 - x).clamp(min=CLAMP))


def moved(boxes: Tensor, step: Tensor) -> Tensor:
    """Boxes or points in 0..1, moved by a step in logits."""
    return torch.sigmoid(step + inverse_sigmoid(boxes))
