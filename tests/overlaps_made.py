"""Made-up people and tracks for tests of evaluation: who is where, under which number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.rotation import Array
from tracking.evaluate.overlaps import Overlaps


def overlaps_of(frames: Sequence[dict[int, int]], people: int, likeness: float = 1.0) -> Overlaps:
    """Everybody is there in every frame; each frame says the track on each person it finds.

    A person below 0 stands for nobody: the track is of nothing.
    """
    count = 1 + max((track for frame in frames for track in frame.values()), default=-1)
    alike = []
    for frame in frames:
        rows = np.zeros((people, len(frame)))
        for column, person in enumerate(frame):
            if person >= 0:
                rows[person, column] = likeness
        alike.append(rows)
    return Overlaps(
        [np.arange(people) for _ in frames],
        [np.array(list(frame.values()), int) for frame in frames],
        alike,
        np.arange(people),
        np.arange(count),
    )


def random_overlaps(seed: int) -> Overlaps:
    """People who come and go, tracks that find, lose, swap and invent them, ties among them."""
    rng = np.random.default_rng(seed)
    people, frames = int(rng.integers(1, 8)), int(rng.integers(1, 80))
    count = people + int(rng.integers(1, 6))
    holder = rng.permutation(count)[:people]
    there, shown, alike = [], [], []
    for _ in range(frames):
        if rng.random() < 0.15:
            holder = rng.permutation(count)[:people]
        here = np.flatnonzero(rng.random(people) < 0.85)
        given = rng.permutation(np.flatnonzero(rng.random(count) < 0.7))
        there.append(here)
        shown.append(given)
        alike.append(_likeness(rng, here, given, holder))
    return Overlaps(there, shown, alike, np.arange(people), np.arange(count))


def _likeness(rng: np.random.Generator, here: Array, given: Array, holder: Array) -> Array:
    """Mostly high for those who belong together; in steps of 0.05, so that thresholds are hit."""
    alike = rng.random((len(here), len(given))) * 0.6
    together = holder[here][:, None] == given[None]
    alike = np.where(together, 0.4 + 0.6 * rng.random(alike.shape), alike)
    return np.round(alike * 20) / 20 if rng.random() < 0.3 else alike
