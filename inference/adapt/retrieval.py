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
        seed: by which members are drawn.
        at_once: as many are rehearsed together.
    """

    def __init__(
        self,
        centres: Tensor,
        clusters: Sequence[Sequence[int]],
        sample: Callable[[int], Labelled],
        seed: int,
        at_once: int = 1,
    ) -> None:
        self._centres, self._clusters, self._sample = centres, clusters, sample
        self._random, self._at_once = random.Random(seed), at_once
        self.picked: list[int] = []
        """Numbers of the samples given out, oldest first."""

    def like(self, pooled: Tensor) -> Labelled:
        """Samples for (1, 2048) features, by their angle to the centres."""
        alike = F.cosine_similarity(pooled.detach(), self._centres)
        cluster = list(self._clusters[int(torch.argmax(alike))])
        numbers = self._random.sample(cluster, self._at_once)
        self.picked += numbers
        return Labelled.together([self._sample(number) for number in numbers])
