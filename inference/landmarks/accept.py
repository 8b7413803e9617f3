"""Decide whose landmarks they are, where several people were looked for at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .body_landmarks import BodyLandmarks
from .observation import Array
from .sight import Sight
from .similarity import box_of, covered_part, similarity

SAME_PERSON = 0.8
"""Similarity from which two landmark sets are of one person."""

CLEARLY = 0.7
"""Likeness of landmarks to what was expected from which nobody's limbs are mixed up in them."""

COVERED = 0.1
"""Part of a person's box that another's must overlap to stand in the way."""


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


def front_layer(
    sights: Sequence[Sight],
    bodies: Sequence[BodyLandmarks | None],
    taken: Sequence[Array],
    *,
    is_last: bool = False,
) -> tuple[list[tuple[Sight, BodyLandmarks]], list[Sight]]:
    """Who was made out, and whom to look for again once those are painted out.

    Args:
        bodies: what was seen of each sight.
        taken: (17, 3) keypoints of people who were made out before.
        is_last: nobody will look again, so doubtful landmarks must do.
    """
    own = own_landmarks(sights, bodies, taken)
    unclear = [] if is_last else unclear_among(own, sights, bodies)
    front, behind = [], []
    for row, (sight, body) in enumerate(zip(sights, bodies, strict=True)):
        if row in unclear:
            behind.append(replace(sight, at_first=body))
        elif row in own and body is not None:
            front.append((sight, body))
        elif sight.person is not None:
            behind.append(sight)
    return front, behind


def unclear_among(
    rows: Sequence[int], sights: Sequence[Sight], bodies: Sequence[BodyLandmarks | None]
) -> list[int]:
    """Those of the accepted `rows` that may have limbs of somebody clearer among their own."""
    if len(rows) < 2:
        return []
    likeness = {row: sights[row].likeness(body) for row in rows if (body := bodies[row])}
    covered = covered_part(np.stack([box_of(s.expected) for s in sights])) > COVERED
    clear: list[int] = []
    for row in sorted(rows, key=lambda row: -likeness[row]):
        if likeness[row] >= CLEARLY or not covered[row, clear].any():
            clear.append(row)
    return [row for row in rows if row not in clear]


def in_the_way(sights: Sequence[Sight], taken: Sequence[Array]) -> list[list[Array]]:
    """For each sight those of the (17, 3) keypoints that may cover it."""
    if not sights or not taken:
        return [[] for _ in sights]
    boxes = np.stack([box_of(k) for k in (*(s.expected for s in sights), *taken)])
    covered = covered_part(boxes)[: len(sights), len(sights) :] > COVERED
    return [[taken[k] for k in np.flatnonzero(row).tolist()] for row in covered]
