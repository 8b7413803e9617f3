"""6D rotations to matrices."""

from torch import Tensor

from ..dispatch import runs_fused
from . import reference


def matrix_from_rot6d(a: Tensor) -> Tensor:
    """(..., 6), interleaved, to (..., 3, 3) rotation matrices; see `reference`."""
    if runs_fused(a):
        from . import fused

        return fused.matrix_from_rot6d(a)
    return reference.matrix_from_rot6d(a)
