"""People who were away for longer than pieces of tracks are linked: their build and looks alone
tell who they are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.rotation import Array

from .evidence import SUMS, Evidence, same_ratio
from .links import LONG_AWAY, RECALL_S
from .partition import APART, Person, Pieces


def rejoined(persons: list[Person]) -> list[Pieces]:
    """Pieces of each person, in order of the first: those of whom one was there long before the
    other came are put together where that is likelier than not."""
    people = [[person] for person in persons]
    while True:
        worth = np.maximum(_ratio(people) + LONG_AWAY - APART, 0.0)
        if not worth.any():
            break
        rows, columns = linear_sum_assignment(-worth)
        chosen = worth[rows, columns] > 0
        later = dict(zip(rows[chosen].tolist(), columns[chosen].tolist(), strict=True))
        first = min(set(later) - set(later.values()))  # chains are joined from their beginning
        people[first] += people.pop(later[first])
    pieces = [[piece for person in one for piece in person.pieces] for one in people]
    return sorted(pieces)


def _ratio(people: list[list[Person]]) -> Array:
    """(P, P) nats for each to have come back as each other, -inf where that cannot be."""
    starts = np.array([one[0].starts[0] for one in people])
    ends = np.array([one[-1].ends[-1] for one in people])
    ratio = np.full((len(people), len(people)), -np.inf)
    a, b = np.nonzero(starts[None] - ends[:, None] > RECALL_S)
    if len(a):
        sums = _stacked(people)
        ratio[a, b] = same_ratio(sums.at(a), sums.at(b))
    return ratio


def _stacked(people: Iterable[list[Person]]) -> Evidence:
    """All that is known of each."""
    whole = [
        [sum(getattr(person.sums, name)[-1] for person in one) for name in SUMS] for one in people
    ]
    stacked = [np.array(column) for column in zip(*whole, strict=True)]
    return next(iter(people))[0].sums.of(stacked)
