"""Who of the people we know is who in the new image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .assignment import cheapest_pairs
from .detect import Detection
from .followed import Followed
from .observation import Array
from .similarity import TORSO, person_size_px, similarity

COLOUR_WEIGHT = 0.9
"""Of the colour distance, against 1 for the keypoint distance."""

LOST_WEIGHT, LOST_AFTER_S = 0.6, 0.1
"""Where somebody was says less, once they have been out of sight for a while."""

MAX_COST = 1.15
UNKNOWN_COLOUR = 0.5
"""Likeness taken for people whose colours cannot be seen."""

NEAR, SPEED, FARTHEST = 0.3, 4.0, 2.4
"""Gate on the torso's distance to its prediction: sizes of the person, sizes per second out of
sight, and the most it grows to."""

_IMPOSSIBLE = 1e6


def associate(
    found: Sequence[Detection],
    colours: Sequence[Array | None],
    known: Sequence[Followed],
    now_s: float,
    previous_s: float,
) -> list[tuple[int, int]]:
    """(detection, person) pairs that go together, at the least total cost.

    Args:
        colours: of each detection.
        previous_s: when the previous image was taken.
    """
    if not found or not known:
        return []
    cost = _cost(found, colours, known, now_s, previous_s)
    return [pair for pair in cheapest_pairs(cost) if cost[pair] < MAX_COST]


def _cost(
    found: Sequence[Detection],
    colours: Sequence[Array | None],
    known: Sequence[Followed],
    now_s: float,
    previous_s: float,
) -> Array:
    """(N, M) cost of each detection being each person."""
    seen = np.stack([d.keypoints for d in found])
    expected = np.stack([person.predicted(now_s) for person in known])
    alike = similarity(seen, expected)
    looks = _colour_likeness(colours, [person.colour for person in known])
    lost = np.array([previous_s - person.seen_s > LOST_AFTER_S for person in known])
    cost = np.where(lost, LOST_WEIGHT, 1.0) * (1 - alike) + COLOUR_WEIGHT * (1 - looks)
    return np.where(_within_reach(seen, expected, known, now_s), cost, _IMPOSSIBLE)


def _within_reach(seen: Array, expected: Array, known: Sequence[Followed], now_s: float) -> Array:
    torso, to = seen[:, TORSO, :2].mean(1), expected[:, TORSO, :2].mean(1)
    distance = np.linalg.norm(torso[:, None] - to[None], axis=-1)
    unseen_s = np.array([now_s - person.seen_s for person in known])
    gate = np.minimum(NEAR + SPEED * unseen_s, FARTHEST)
    return distance <= gate * person_size_px(expected)


def _colour_likeness(some: Sequence[Array | None], others: Sequence[Array | None]) -> Array:
    likeness = np.full((len(some), len(others)), UNKNOWN_COLOUR)
    for i, one in enumerate(some):
        for j, other in enumerate(others):
            if one is not None and other is not None:
                likeness[i, j] = float(one @ other)
    return likeness
