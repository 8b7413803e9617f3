"""Which estimate is meant to be which person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from .estimates import FrameEstimate

MATCH_DISTANCE = 0.12
"""Mean 2D distance of a match, in heights of the person in the image."""
INSIDE_SHARE = 0.8
"""Share of the joints in the image from which a person is expected to be found."""

_LIMBS = SMPLX.indices(
    *(
        f"{side}_{part}"
        for side in ("left", "right")
        for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    )
)


@dataclass(frozen=True, slots=True)
class FrameMatch:
    """One frame's verdict."""

    pairs: list[tuple[int, int]]
    """(true person, estimate), of people who are expected."""
    expected: int
    false: int
    """Estimates that are nobody, or somebody already found."""


def match_frame(estimate: FrameEstimate, points_px: Array) -> FrameMatch:
    """Pair estimates with people, nearest first.

    Somebody who is partly outside the image need not be found; finding them is no error either.

    Args:
        points_px: (P, 22, 2), the truth.
    """
    expected = _expected(points_px, estimate.image_size)
    pairs = _pairs(_distances(estimate, points_px))
    return FrameMatch(
        pairs=[(person, row) for person, row in pairs if expected[person]],
        expected=int(expected.sum()),
        false=len(estimate.people) - len(pairs),
    )


def _expected(points_px: Array, image_size: tuple[int, int]) -> Array:
    """(P,) whether enough of each person is in the image."""
    inside = ((points_px > 0) & (points_px < image_size)).all(-1)
    return inside.mean(-1) >= INSIDE_SHARE


def _distances(estimate: FrameEstimate, points_px: Array) -> Array:
    """(P, E) mean distance over the limbs, in heights."""
    if not estimate.people:
        return np.zeros((len(points_px), 0))
    found = np.stack([p.points_px for p in estimate.people])[:, _LIMBS]
    apart = np.linalg.norm(found[None] - points_px[:, None, _LIMBS], axis=-1)
    height = np.ptp(points_px[..., 1], axis=-1)
    return np.nanmean(apart, axis=-1) / height[:, None]


def _pairs(distances: Array) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    left = distances.copy()
    while left.size and np.nanmin(left, initial=np.inf) < MATCH_DISTANCE:
        person, row = np.unravel_index(np.nanargmin(left), left.shape)
        pairs.append((int(person), int(row)))
        left[person], left[:, row] = np.inf, np.inf
    return pairs
