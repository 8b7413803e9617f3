"""HOTA: detection, association and localisation in one number, over 19 thresholds of likeness.

Source: Luiten et al., HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking, IJCV 2021.
People and tracks are paired once a frame, those first that go together over the whole scenario;
a threshold alpha then only decides which of the pairs count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.rotation import Array

from .overlaps import TINY, Overlaps

ALPHAS = np.arange(0.05, 0.99, 0.05)
_LEAST = 1e-10  # as in TrackEval: where nothing is found, LocA is 1


@dataclass(frozen=True, slots=True)
class HotaCounts:
    """Sums for each alpha, all (19,); those of several scenarios may be added."""

    found: Array
    missed: Array
    false: Array
    likeness: Array
    """Of the pairs that count."""
    association: Array
    """Jaccard index of each pair's person and track over the scenario, summed over pairs."""

    def __add__(self, other: HotaCounts) -> HotaCounts:
        return HotaCounts(
            self.found + other.found,
            self.missed + other.missed,
            self.false + other.false,
            self.likeness + other.likeness,
            self.association + other.association,
        )

    @property
    def det_a(self) -> Array:
        return self.found / np.maximum(1, self.found + self.missed + self.false)

    @property
    def ass_a(self) -> Array:
        return self.association / np.maximum(1, self.found)

    @property
    def loc_a(self) -> Array:
        return np.maximum(_LEAST, self.likeness) / np.maximum(_LEAST, self.found)

    @property
    def hota(self) -> Array:
        return np.sqrt(self.det_a * self.ass_a)


def count_hota(overlaps: Overlaps) -> HotaCounts:
    """The counts of one scenario."""
    pairs, likeness = _pairs(overlaps)
    counts = [likeness >= alpha - TINY for alpha in ALPHAS]
    found = np.array([c.sum() for c in counts], float)
    return HotaCounts(
        found=found,
        missed=overlaps.person_frames().sum() - found,
        false=overlaps.track_frames().sum() - found,
        likeness=np.array([likeness[c].sum() for c in counts], float),
        association=_associations(overlaps, pairs, counts),
    )


def _pairs(overlaps: Overlaps) -> tuple[Array, Array]:
    """(N, 2) person and track of every pair of every frame, and (N,) how alike they are."""
    alignment = _alignment(overlaps)
    pairs, values = [np.zeros((0, 2), int)], [np.zeros(0)]
    for people, tracks, likeness in overlaps.frames():
        worth = alignment[np.ix_(people, tracks)] * likeness
        rows, columns = linear_sum_assignment(-worth)
        pairs.append(np.stack([people[rows], tracks[columns]], -1))
        values.append(likeness[rows, columns])
    return np.concatenate(pairs), np.concatenate(values)


def _alignment(overlaps: Overlaps) -> Array:
    """(P, N) how far each person and track go together over the whole scenario."""
    shared = np.zeros((len(overlaps.person_ids), len(overlaps.track_ids)))
    for people, tracks, likeness in overlaps.frames():
        either = likeness.sum(0)[None] + likeness.sum(1)[:, None] - likeness
        share = np.divide(likeness, either, out=np.zeros_like(likeness), where=either > TINY)
        shared[np.ix_(people, tracks)] += share
    either = overlaps.person_frames()[:, None] + overlaps.track_frames()[None] - shared
    return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)


def _associations(overlaps: Overlaps, pairs: Array, counts: list[Array]) -> Array:
    """The Jaccard index of each pair's person and track, summed over the pairs that count.

    Args:
        pairs: (N, 2).
        counts: for each alpha (N,) bool.
    """
    kinds, kind_of = np.unique(pairs @ [len(overlaps.track_ids), 1], return_inverse=True)
    people, tracks = np.divmod(kinds, max(1, len(overlaps.track_ids)))
    of_both = overlaps.person_frames()[people] + overlaps.track_frames()[tracks]
    sums = np.zeros(len(counts))
    for a, counted in enumerate(counts):
        together = np.bincount(kind_of[counted], minlength=len(kinds))
        sums[a] = (together * (together / np.maximum(1, of_both - together))).sum()
    return sums
