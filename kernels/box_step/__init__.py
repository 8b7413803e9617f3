"""Boxes and points as a decoder moves them: by a step in logits."""

from __future__ import annotations

from torch import Tensor

from ..dispatch import runs_fused
from . import reference


def moved(boxes: Tensor, step: Tensor) -> Tensor:
    """sigmoid(step + logit(boxes)) of coordinates in 0..1, shapes broadcast; see `reference`."""
    if runs_fused(boxes):
        from . import fused

        return fused.moved(boxes, step)
    return reference.moved(boxes, step)
