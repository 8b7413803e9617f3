"""Linear blend skinning of many people at once."""

from __future__ import annotations

from torch import Tensor

from ..dispatch import runs_fused
from . import reference


def skin(points: Tensor, transforms: Tensor, weights: Tensor) -> Tensor:
    """(P, V, 3) vertices at rest, (P, J, 3, 4) transforms, (V, J) weights to (P, V, 3) posed."""
    if runs_fused(points):
        from . import fused

        return fused.skin(points, transforms, weights)
    return reference.skin(points, transforms, weights)
