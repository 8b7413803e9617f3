"""Multi-scale deformable attention."""

from torch import Tensor

from ..dispatch import runs_fused
from . import gathered
from . import reference as plain
from .reference import LevelShapes


def deform_attn(
    value: Tensor, shapes: LevelShapes, reference: Tensor, offsets: Tensor, logits: Tensor
) -> Tensor:
    """Softmax, sampling locations, bilinear samples and their weighted sum; see `reference`."""
    if runs_fused(value):
        from . import fused

        return fused.deform_attn(value, shapes, reference, offsets, logits)
    version = gathered if value.device.type == "cpu" else plain
    return version.deform_attn(value, shapes, reference, offsets, logits)
