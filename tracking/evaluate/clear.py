"""CLEAR: MOTA, MOTP, switches of ids, fragments.

Source: Bernardin and Stiefelhagen, Evaluating Multiple Object Tracking Performance, 2008. A pair
of the previous frame is kept while it lasts; where a frame has no people or no tracks at all, the
frame before it counts as the previous one, as in TrackEval.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from livemocap.rotation import Array

from .overlaps import MATCH, TINY, Overlaps, best_pairs

_KEEP = 1000.0
"""What it is worth to keep a pair: more than any likeness."""
_MOSTLY, _PARTLY = 0.8, 0.2
"""Shares of a person's frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCounts:
    """Those of several scenarios may be added."""

    found: int
    missed: int
    false: int
    switches: int
    fragments: int
    likeness: float
    """Of the pairs, summed."""
    mostly_tracked: int
    """People."""
    partly_tracked: int
    mostly_lost: int

    def __add__(self, other: ClearCounts) -> ClearCounts:
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return ClearCounts(**sums)

    @property
    def mota(self) -> float:
        there = max(1, self.found + self.missed)
        return (self.found - self.false - self.switches) / there

    @property
    def motp(self) -> float:
        return self.likeness / max(1, self.found)


class _Watched:
    """What is remembered of each person from frame to frame; tracks by number, -1 for none."""

    def __init__(self, people: int) -> None:
        self.last = np.full(people, -1)
        """The track that each had last, however long ago."""
        self.now = np.full(people, -1)
        self.found = np.zeros(people, int)
        self.begun = np.zeros(people, int)
        """How often each came to have a track."""
        self.switches = 0
        self.likeness = 0.0

    def step(self, people: Array, tracks: Array, likeness: Array) -> tuple[Array, Array]:
        """One frame; the people who were found and their tracks."""
        worth = _KEEP * (tracks[None] == self.now[people][:, None]) + likeness
        rows, columns = best_pairs(np.where(likeness < MATCH - TINY, 0, worth))
        found, by = people[rows], tracks[columns]
        self.switches += int(((self.last[found] >= 0) & (self.last[found] != by)).sum())
        self.begun[found] += self.now[found] < 0
        self.found[found] += 1
        self.likeness += float(likeness[rows, columns].sum())
        self.last[found] = by
        self.now[:] = -1
        self.now[found] = by
        return found, by


def count_clear(overlaps: Overlaps) -> tuple[ClearCounts, Array]:
    """The counts of one scenario, and (T, P) the track on each person, -1 for none."""
    watched = _Watched(len(overlaps.person_ids))
    on_person = np.full((len(overlaps.people), len(overlaps.person_ids)), -1)
    for k, (people, tracks, likeness) in enumerate(overlaps.frames()):
        if len(people) and len(tracks):
            found, by = watched.step(people, tracks, likeness)
            on_person[k, found] = by
    return _counts(overlaps, watched), on_person


def _counts(overlaps: Overlaps, watched: _Watched) -> ClearCounts:
    there, found = overlaps.person_frames(), int(watched.found.sum())
    share = watched.found[there > 0] / there[there > 0]
    mostly, at_all = int((share > _MOSTLY).sum()), int((share >= _PARTLY).sum())
    return ClearCounts(
        found=found,
        missed=int(there.sum()) - found,
        false=int(overlaps.track_frames().sum()) - found,
        switches=watched.switches,
        fragments=int(np.maximum(watched.begun - 1, 0).sum()),
        likeness=watched.likeness,
        mostly_tracked=mostly,
        partly_tracked=at_all - mostly,
        mostly_lost=len(share) - at_all,
    )
