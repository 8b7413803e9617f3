"""How unlikely a pose is: a mixture of eight Gaussians (DynaBOA's specification, section 5)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn


class PosePrior(nn.Module):
    """Over 69 axis-angle numbers of the body.

    Exactly as the reference has it, the factors of the mixture are kept in float32, in which some
    are 0: such a component never wins.

    Args:
        means, covariances, weights: (8, 69), (8, 69, 69), (8,).
    """

    def __init__(self, means: ArrayLike, covariances: ArrayLike, weights: ArrayLike) -> None:
        super().__init__()
        covariances, weights = np.asarray(covariances, np.float64), np.asarray(weights, np.float64)
        spread = np.sqrt(np.linalg.det(covariances))
        whole = (2 * np.pi) ** (covariances.shape[-1] / 2) * spread / spread.min()
        inverse = np.linalg.inv(covariances.astype(np.float32))
        self.register_buffer("means", torch.from_numpy(np.array(means, np.float32)))
        self.register_buffer("precisions", torch.from_numpy(inverse.astype(np.float32)))
        self.register_buffer("factors", torch.from_numpy((weights / whole).astype(np.float32)))

    def forward(self, pose: Tensor) -> Tensor:
        """(B, 69) rad to (B,), of the likeliest component."""
        return self.by_component(pose).min(-1).values

    def by_component(self, pose: Tensor) -> Tensor:
        """(B, 8) negative logarithms."""
        off = pose[:, None] - self.get_buffer("means")
        turned = torch.einsum("bki,kij->bkj", off, self.get_buffer("precisions"))
        return 0.5 * (turned * off).sum(-1) - self.get_buffer("factors").log()
