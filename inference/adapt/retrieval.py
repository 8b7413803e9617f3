"""Which labelled sample to rehearse: one that looks like this image (specification, section 7)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .losses import Labelled


class Retrieval:
    """Samples in clusters of like features.

    Args:
        centres: (K, 2048) the middle of each cluster's pooled features.
        clusters: (K) the samples of each.
        sample: gives one by its number.
    """

    def __init__(
        self,
        centres: Tensor,
        clusters: Sequence[Sequence[int]],
        sample: Callable[[int], Labelled],
        seed: int,
    ) -> None:
        self._centres, self._clusters, self._sample = centres, clusters, sample
        self._random = random.Random(seed)
        self.picked: list[int] = []
        """Numbers of the samples given out, oldest first."""

    def like(self, pooled: Tensor) -> Labelled:
        """A sample for (1, 2048) features, by their angle to the centres."""
        alike = F.cosine_similarity(pooled.detach(), self._centres)
        (number,) = self._random.sample(list(self._clusters[int(torch.argmax(alike))]), 1)
        self.picked.append(number)
        return self._sample(number)
