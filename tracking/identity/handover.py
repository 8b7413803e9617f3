"""What association remembers of people, handed over to whom it has turned out to belong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..association.arrays import replaced
from ..association.associator import Associator
from ..association.roster import Roster


def hand_over(who: Associator, owners: Mapping[int, int], nobody: set[int]) -> bool:
    """Give each key in `owners` the id, shape and looks of another, and forget `nobody`.

    Where they are and how they move stays with the keys. Nothing happens, and False comes back, if
    one of them is not remembered any more.
    """
    known = who.known()
    everybody = known.live.joined(known.lost)
    row = {key: i for i, key in enumerate(everybody.keys.tolist())}
    if not row.keys() >= {*owners.keys(), *owners.values()}:
        return False
    to = np.array([row[key] for key in owners], np.int64)
    everybody = _given(everybody, to, everybody.take(np.array([row[key] for key in owners.values()])))
    kept = ~np.isin(everybody.keys, list(nobody))
    in_view = np.arange(len(kept)) < len(known.live)
    known.live, known.lost = everybody.take(kept & in_view), everybody.take(kept & ~in_view)
    who.follow(known)
    return True


def _given(roster: Roster, to: np.ndarray, people: Roster) -> Roster:
    """The same bodies, those at rows `to` as `people`."""
    return replace(
        roster,
        ids=replaced(roster.ids, to, people.ids),
        confirmed=replaced(roster.confirmed, to, people.confirmed),
        usual=replaced(roster.usual, to, people.usual),
        shapes=roster.shapes.put(to, people.shapes),
        builds=roster.builds.put(to, people.builds),
        look=replaced(roster.look, to, people.look),
        looked=replaced(roster.looked, to, people.looked),
    )
