"""Where a piece of a track goes over to another body, though nobody was seen to come close.

Somebody hidden may come out just where another has vanished, and the estimates in between join the
two smoothly. Then only the shape changes.
"""

from __future__ import annotations

import numpy as np

from ..people import Ints
from .evidence import gather, same_ratio
from .sightings import Sightings

LEAST_SIGHTINGS = 6
"""On both sides of a change."""
OTHER = 0.0
"""Nats for both sides to be one person's below which they may be two's; the pieces may be put
together again."""


def cut_at_changes(seen: Sightings, piece: Ints) -> Ints:
    """(N,) pieces cut further, numbered by first sighting, from (N,) `piece`."""
    each = gather(seen, np.arange(len(piece)), len(piece))
    label = np.zeros(len(piece), np.int64)
    todo = [np.flatnonzero(piece == number) for number in range(piece.max(initial=-1) + 1)]
    while todo:
        rows = todo.pop()
        label[rows] = rows[0]
        if len(rows) < 2 * LEAST_SIGHTINGS:
            continue
        sums = each.at(rows).cumulative()
        before = sums.at(slice(LEAST_SIGHTINGS, -LEAST_SIGHTINGS))
        ratio = same_ratio(before, sums.at(slice(-1, None)).minus(before))
        if ratio.min() < OTHER:
            change = int(ratio.argmin()) + LEAST_SIGHTINGS
            todo += [rows[:change], rows[change:]]
    return np.unique(label, return_inverse=True)[1]
