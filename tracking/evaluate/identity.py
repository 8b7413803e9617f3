"""IDF1: how many detections carry the one id that fits their person best over the scenario.

Source: Ristani et al., Performance Measures and a Data Set for Multi-Target, Multi-Camera
Tracking, ECCV workshops 2016.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from .overlaps import MATCH, Overlaps


@dataclass(frozen=True, slots=True)
class IdentityCounts:
    """Detections; those of several scenarios may be added."""

    found: int
    missed: int
    false: int

    def __add__(self, other: IdentityCounts) -> IdentityCounts:
        return IdentityCounts(
            self.found + other.found, self.missed + other.missed, self.false + other.false
        )

    @property
    def f1(self) -> float:
        return self.found / max(1, self.found + 0.5 * (self.missed + self.false))

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.false)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.found + self.missed)


def count_identity(overlaps: Overlaps) -> IdentityCounts:
    """The counts of one scenario, each person paired with one track for all of it."""
    together = np.zeros((len(overlaps.person_ids), len(overlaps.track_ids)), int)
    for people, tracks, likeness in overlaps.frames():
        together[np.ix_(people, tracks)] += likeness >= MATCH
    rows, columns = linear_sum_assignment(together, maximize=True)
    found = int(together[rows, columns].sum())
    return IdentityCounts(
        found=found,
        missed=int(overlaps.person_frames().sum()) - found,
        false=int(overlaps.track_frames().sum()) - found,
    )
