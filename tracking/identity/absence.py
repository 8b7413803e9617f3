"""People who were away for longer than pieces of tracks are linked: their build and looks alone
tell who they are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.rotation import Array

from ..people import Ints
from .evidence import SUMS, Evidence, same_ratio
from .links import LONG_AWAY, RECALL_S
from .partition import APART, Person, Pieces


def rejoined(persons: list[Person]) -> list[Pieces]:
    """Pieces of each person, in order of the first: those of whom one was there long before the
    other came are put together where that is likelier than not."""
    people = [[person] for person in persons]
    everybody = np.arange(len(people))
    worth = _worth(people, everybody[:, None], everybody[None])
    while worth.any():
        rows, columns = linear_sum_assignment(-worth)
        chosen = worth[rows, columns] > 0
        later = dict(zip(rows[chosen].tolist(), columns[chosen].tolist(), strict=True))
        first = min(set(later) - set(later.values()))  # chains are joined from their beginning
        people[first] = people[first] + people[later[first]]
        left = np.delete(np.arange(len(people)), later[first])
        people, worth = [people[i] for i in left], worth[np.ix_(left, left)]
        joined, everybody = np.flatnonzero(left == first), np.arange(len(left))
        worth[joined] = _worth(people, joined[:, None], everybody[None])
        worth[:, joined] = _worth(people, everybody[:, None], joined[None])
    pieces = [[piece for person in one for piece in person.pieces] for one in people]
    return sorted(pieces)


def _worth(people: list[list[Person]], earlier: Ints, later: Ints) -> Array:
    """(A, B) nats that it gains if each of `earlier` (A, 1) came back as each of `later` (1, B), 0
    where it loses or cannot be."""
    starts = np.array([one[0].starts[0] for one in people])
    ends = np.array([one[-1].ends[-1] for one in people])
    worth = np.zeros(np.broadcast_shapes(earlier.shape, later.shape))
    a, b = np.nonzero(starts[later] - ends[earlier] > RECALL_S)
    if len(a):
        sums = _stacked(people)
        ratio = same_ratio(sums.at(earlier[a, 0]), sums.at(later[0, b]))
        worth[a, b] = np.maximum(ratio + LONG_AWAY - APART, 0.0)
    return worth


def _stacked(people: Iterable[list[Person]]) -> Evidence:
    """All that is known of each."""
    whole = [
        [sum(getattr(person.sums, name)[-1] for person in one) for name in SUMS] for one in people
    ]
    stacked = [np.array(column) for column in zip(*whole, strict=True)]
    return next(iter(people))[0].sums.of(stacked)
