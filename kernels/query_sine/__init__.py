"""Sine encoding of the boxes that queries look at."""

from __future__ import annotations

import torch
from torch import Tensor

from ..dispatch import runs_fused
from . import reference


def query_sine(boxes: Tensor, cast: torch.dtype | None = None) -> Tensor:
    """(..., 4) boxes cx cy w h in 0..1 to (..., 512), y x w h, as `cast`; see `reference`."""
    if runs_fused(boxes):
        from . import fused

        return fused.query_sine(boxes, cast)
    return reference.query_sine(boxes, cast)
