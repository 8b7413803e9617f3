"""Whether people who could not be seen for a while come back under the same id."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from livemocap.rotation import Array

from .tally import Tally

GAPS_S = {"0.2-0.5": (0.2, 0.5), "0.5-1": (0.5, 1.0), "1-3": (1.0, 3.0), ">3": (3.0, np.inf)}
_BEFORE_S, _AFTER_S = 0.5, 1.0
"""How near to a gap an id is looked for."""


def count_reid(times_s: Array, seen: Array, counted: Array, on_person: Array) -> Tally:
    """For each kind of gap the share of gaps after which the id is the one from before.

    A gap is a stretch of frames in which a person is not `seen`; one with nobody to be found right
    before and after it is left out. The id afterwards is that of most frames of the next second.

    Args:
        times_s: (T,).
        seen: (T, P) whether there was anything to see of each person.
        counted: (T, P) whether each had to be found.
        on_person: (T, P) the track on each, -1 for none.
    """
    tally = Tally()
    for person in range(seen.shape[1]):
        rows = np.flatnonzero(seen[:, person])
        for last, first in pairwise(rows):
            name = _kind(float(times_s[first] - times_s[last])) if first - last > 1 else None
            if name is None:
                continue
            before, after = _around(times_s, int(last), int(first))
            if counted[before, person].any() and counted[after, person].any():
                same = _same(on_person[before, person], on_person[after, person])
                tally.add(name, float(same))
    return tally


def _kind(gap_s: float) -> str | None:
    return next((name for name, (least, most) in GAPS_S.items() if least <= gap_s < most), None)


def _around(times_s: Array, last: int, first: int) -> tuple[slice, slice]:
    """The frames right before the gap, its last sighting included, and those right after it."""
    begin = int(np.searchsorted(times_s, times_s[last] - _BEFORE_S))
    end = int(np.searchsorted(times_s, times_s[first] + _AFTER_S, "right"))
    return slice(begin, last + 1), slice(first, end)


def _same(before: Array, after: Array) -> bool:
    before, after = before[before >= 0], after[after >= 0]
    if not len(before) or not len(after):
        return False
    ids, counts = np.unique(after, return_counts=True)
    return bool(ids[counts.argmax()] == before[-1])
