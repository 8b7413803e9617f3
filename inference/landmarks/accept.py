"""Decide whose landmarks they are, where several people were looked for at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .body_landmarks import BodyLandmarks
from .observation import Array
from .sight import Sight
from .similarity import similarity

SAME_PERSON = 0.8
"""Similarity from which two landmark sets are of one person."""


def own_landmarks(
    sights: Sequence[Sight],
    bodies: Sequence[BodyLandmarks | None],
    taken: Sequence[Array] = (),
) -> list[int]:
    """The rows of `sights` whose landmarks are their own person's.

    Where people overlap the net likes to answer the front one for both. Refused are landmarks
    that are more like what was expected of somebody else; and of those that show one person,
    all but the ones that fit best, people we know before new ones.

    Args:
        taken: (17, 3) keypoints of people who were made out before.
    """
    rows = [row for row, body in enumerate(bodies) if body is not None]
    if not rows:
        return []
    shown = np.stack([body.keypoints for body in bodies if body is not None])
    expected = np.stack([*(sight.expected for sight in sights), *taken])
    alike = similarity(expected, shown)
    own = alike[rows, np.arange(len(rows))]
    alike[rows, np.arange(len(rows))] = 0.0
    rival = alike.max(0)
    best_first = sorted(
        (k for k in range(len(rows)) if own[k] >= rival[k]),
        key=lambda k: (sights[rows[k]].person is None, -own[k]),
    )
    return sorted(rows[k] for k in _each_once(best_first, shown, taken))


def _each_once(order: Sequence[int], shown: Array, taken: Sequence[Array]) -> list[int]:
    """Those of `order` that are not one person with somebody taken or earlier in it."""
    kept: list[int] = []
    for k in order:
        others = [*taken, *shown[kept]]
        if not others or similarity(shown[k : k + 1], np.stack(others)).max() <= SAME_PERSON:
            kept.append(k)
    return kept
