"""Multi-scale deformable attention."""

from torch import Tensor

from kernels.dispatch import runs_fused

from .reference import LevelShapes


def deform_attn(
    value: Tensor, shapes: LevelShapes, reference: Tensor, offsets: Tensor, logits: Tensor
) -> Tensor:
    """Softmax, sampling locations, bilinear samples and their weighted sum; see `reference`."""
    if runs_fused(value):
        from . import fused

        return fused.deform_attn(value, shapes, reference, offsets, logits)
    from .reference import deform_attn as plain

    return plain(value, shapes, reference, offsets, logits)
