"""Linear blend skinning."""

from __future__ import annotations

from torch import Tensor


def skin(points: Tensor, transforms: Tensor, weights: Tensor) -> Tensor:
    """Move each vertex by the weighted mean of the joints' transforms.

    Args:
        points: (P, V, 3), every person's vertices in the rest pose.
        transforms: (P, J, 3, 4), from the rest pose to the posed body.
        weights: (V, J).
    """
    joints = weights.shape[1]
    blended = (weights @ transforms.reshape(-1, joints, 12)).unflatten(-1, (3, 4))
    return (blended[..., :3] @ points[..., None]).squeeze(-1) + blended[..., 3]
