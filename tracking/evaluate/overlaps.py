"""Who was there, what was shown, and how alike the two are: all that numbers about ids need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.rotation import Array

from .errors import EvaluationError

MATCH = 0.5
"""Likeness from which a track is on a person."""
TINY = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class Overlaps:
    """T frames; people and tracks by number from 0, in each frame each at most once."""

    people: list[Array]
    """For each frame (G,) int, those who count."""
    tracks: list[Array]
    """For each frame (R,) int."""
    likeness: list[Array]
    """For each frame (G, R), 0 nothing alike to 1 the same."""
    person_ids: Array
    """(P,) what the truth calls each person."""
    track_ids: Array
    """(N,) what the result calls each track."""

    def __post_init__(self) -> None:
        for k, (people, tracks, likeness) in enumerate(self.frames()):
            if likeness.shape != (len(people), len(tracks)):
                raise ValueError(f"frame {k}: likeness has shape {likeness.shape}")
            _require_once(people, f"frame {k}: person", self.person_ids)
            _require_once(tracks, f"frame {k}: track", self.track_ids)

    def frames(self) -> Iterator[tuple[Array, Array, Array]]:
        """(people, tracks, likeness) of each frame."""
        return zip(self.people, self.tracks, self.likeness, strict=True)

    def person_frames(self) -> Array:
        """(P,) in how many frames each person was there."""
        return _how_often(self.people, len(self.person_ids))

    def track_frames(self) -> Array:
        """(N,) in how many frames each track was shown."""
        return _how_often(self.tracks, len(self.track_ids))


def best_pairs(worth: Array) -> tuple[Array, Array]:
    """Rows and columns of (G, R) whose sum is largest; each pair is worth more than nothing."""
    rows, columns = linear_sum_assignment(-worth)
    real = worth[rows, columns] > TINY
    return rows[real], columns[real]


def _how_often(frames: list[Array], count: int) -> Array:
    return np.bincount(np.concatenate([np.zeros(0, int), *frames]), minlength=count)


def _require_once(numbers: Array, where: str, names: Array) -> None:
    if len(np.unique(numbers)) == len(numbers):
        return
    twice = np.flatnonzero(np.bincount(numbers) > 1)[0]
    raise EvaluationError(f"{where} {names[twice]} is there twice, expected each id once a frame.")
