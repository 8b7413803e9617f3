"""Which row of a track shows which person, and stretches of time without a break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from livemocap.rotation import Array

from .overlaps import Overlaps
from .scenario import Poses


@dataclass(frozen=True, slots=True)
class Matched:
    """N rows that show somebody, by person and then in order of time."""

    rows: Array
    """(N,) of ShownMotion."""
    people: Array
    """(N,) of TrueMotion."""
    frames: Array
    """(N,) of TrueMotion."""
    tracks: Array
    """(N,)."""

    def runs(self) -> Iterator[slice]:
        """Stretches of consecutive camera frames with one track on one person."""
        breaks = (
            (np.diff(self.people) != 0)
            | (np.diff(self.frames) != 1)
            | (np.diff(self.tracks) != 0)
        )  # fmt: skip
        edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(self.rows)]
        yield from (slice(a, b) for a, b in pairwise(edges) if b > a)


def matched(poses: Poses, overlaps: Overlaps, on_person: Array) -> Matched:
    """From (T, P) the track on each person."""
    people, frames = np.nonzero(on_person.T >= 0)
    tracks = on_person[frames, people]
    row_of = [
        dict(zip(numbers.tolist(), rows.tolist(), strict=True))
        for numbers, rows in zip(overlaps.tracks, poses.rows, strict=True)
    ]
    rows = [row_of[k][track] for k, track in zip(frames.tolist(), tracks.tolist(), strict=True)]
    return Matched(np.array(rows, int), people, poses.shown.true_frames[frames], tracks)
