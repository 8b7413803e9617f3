"""What association remembers of people, handed over to whom it has turned out to belong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from livemocap.rotation import Array, normalize

from ..association.arrays import replaced
from ..association.associator import Associator
from ..association.build import POPULATION, Builds
from ..association.roster import Roster
from .evidence import Evidence


def hand_over(
    who: Associator, owners: Mapping[int, int], known: Evidence, nobody: set[int]
) -> bool:
    """Give each key in `owners` the id of another, and forget the keys `nobody`.

    Where they are and how they move stays with the keys, and so do the bone lengths, which are
    of what was seen last. Nothing happens, and False comes back, if one of them is not remembered,
    or if somebody would be nobody whom a user has named or locked.

    Args:
        known: all that has been seen of the people whom the keys in `owners` are, in their order.
    """
    people = who.known()
    everybody = people.live.joined(people.lost)
    row = {key: i for i, key in enumerate(everybody.keys.tolist())}
    if not row.keys() >= {*owners.keys(), *owners.values()}:
        return False
    rows = np.array([row[key] for key in owners], np.int64)
    ids = everybody.ids[[row[key] for key in owners.values()]]
    everybody = _learnt(replace(everybody, ids=replaced(everybody.ids, rows, ids)), rows, known)
    kept = ~np.isin(everybody.keys, list(nobody))
    spoken_of = {*who.directions.locked, *who.directions.names}
    if not spoken_of.isdisjoint(everybody.ids[~kept].tolist()):
        return False
    in_view = np.arange(len(kept)) < len(people.live)
    people.live, people.lost = everybody.take(kept & in_view), everybody.take(kept & ~in_view)
    who.follow(people)
    return True


def _learnt(roster: Roster, rows: Array, known: Evidence) -> Roster:
    """With builds and looks at `rows` as if everything had been learnt under the right name."""
    looked: Array = np.any(known.looks, 1)
    looks = normalize(known.looks + ~looked[:, None]) * looked[:, None]
    return replace(
        roster,
        builds=roster.builds.put(rows, _builds(known)),
        look=replaced(roster.look, rows, looks),
        looked=replaced(roster.looked, rows, looked),
    )


def _builds(known: Evidence) -> Builds:
    covariance = np.linalg.inv(known.views + np.diag(POPULATION**-2.0))
    W = covariance @ known.betas
    squares = (W @ W.swapaxes(1, 2)).reshape(-1, 9)
    terms = np.concatenate([squares, -2 * W.reshape(len(W), -1)], 1)
    return Builds(W, covariance, terms, known.views.any((1, 2)).astype(float))
