"""Means that can be added."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike


@dataclass(slots=True)
class Tally:
    """Sums and counts of numbers by name."""

    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, values: ArrayLike) -> None:
        """Numbers of any shape; those that are not finite are left out."""
        numbers = np.asarray(values, float).ravel()
        numbers = numbers[np.isfinite(numbers)]
        self.sums[name] = self.sums.get(name, 0.0) + float(numbers.sum())
        self.counts[name] = self.counts.get(name, 0) + len(numbers)

    def __add__(self, other: Tally) -> Tally:
        names = [*self.sums, *(name for name in other.sums if name not in self.sums)]
        return Tally(
            {name: self.sums.get(name, 0.0) + other.sums.get(name, 0.0) for name in names},
            {name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in names},
        )

    def mean(self, name: str) -> float:
        """NaN where nothing was added."""
        count = self.counts.get(name, 0)
        return self.sums[name] / count if count else float("nan")
