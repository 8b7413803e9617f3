"""An 8-bit image to the network's input."""

from collections.abc import Sequence

from torch import Tensor

from ..dispatch import runs_fused
from . import reference


def warp_normalize(bgr: Tensor, out: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """(H, W, 3) uint8 resampled and normalised into `out` (3, oh, ow); see `reference`."""
    if runs_fused(out):
        from . import fused

        return fused.warp_normalize(bgr, out, mean, std)
    return reference.warp_normalize(bgr, out, mean, std)
