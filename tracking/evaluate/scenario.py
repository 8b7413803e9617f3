"""One scenario, ready to be scored: of boxes or of poses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .likeness import pose_likeness
from .motions import ShownMotion, TrueMotion
from .overlaps import MATCH, TINY, Overlaps, best_pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Poses:
    """What there is besides ids where people have poses."""

    truth: TrueMotion
    shown: ShownMotion
    rows: list[Array]
    """For each frame the row of each of its tracks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """T frames, P people."""

    name: str
    times_s: Array
    """(T,)."""
    overlaps: Overlaps
    """Of people who count, without the tracks of those who do not."""
    present: Array
    """(T, P) bool."""
    counted: Array
    """(T, P) bool."""
    seen: Array
    """(T, P) bool: whether there was anything to see of each."""
    poses: Poses | None = None


def pose_scenario(name: str, truth: TrueMotion, shown: ShownMotion) -> Scenario:
    """Compare poses with the true ones frame by frame.

    Raises:
        EvaluationError: a track is twice in a frame.
    """
    ids, numbers = np.unique(shown.ids, return_inverse=True)
    people, tracks, likeness, rows = [], [], [], []
    for k, there in zip(shown.true_frames, shown.rows_of_frames(), strict=True):
        present = np.flatnonzero(truth.present[k])
        alike = pose_likeness(
            truth.K, truth.joints[k, present], truth.areas_px[k, present], shown.joints[there]
        )
        counted = truth.counted[k, present]
        kept = ~excused(alike, counted)
        people.append(present[counted])
        tracks.append(numbers[there[kept]])
        likeness.append(alike[counted][:, kept])
        rows.append(there[kept])
    counted = (truth.counted & truth.present)[shown.true_frames]
    return Scenario(
        name=name,
        times_s=truth.times_s[shown.true_frames],
        overlaps=Overlaps(people, tracks, likeness, truth.person_ids, ids),
        present=truth.present[shown.true_frames],
        counted=counted,
        seen=counted if shown.seen is None else shown.seen,
        poses=Poses(truth=truth, shown=shown, rows=rows),
    )


def excused(likeness: Array, counted: Array) -> Array:
    """(R,) the tracks that are on somebody who does not count, from (G, R) and (G,)."""
    on_nobody_counted = np.zeros(likeness.shape[1], bool)
    rows, columns = best_pairs(np.where(likeness >= MATCH - TINY, likeness, 0))
    on_nobody_counted[columns[~counted[rows]]] = True
    return on_nobody_counted
