"""Who of those nobody knows is somebody lost: at once if that is clear, else after a moment.

A detection that may be a lost person starts as a newcomer on trial, without an id. While it is,
what speaks for each of the lost is averaged over its sightings. All of the lost and all of the
unknown are judged together, so that two who return at once do not take each other's id.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .evidence import assign

CLEAR, CLEAR_MARGIN = 3.0, 2.0
"""Somebody is back for certain at so many nats, and so many more than anybody else has."""
STRANGER = -2.0
"""Below it nobody who was lost can be meant."""
WAIT_S = 0.1
"""How long to wait before somebody who may be a lost one is called new."""


@dataclass(slots=True)
class Returned:
    """What was decided of L lost, R unknown detections and N newcomers on trial."""

    seen: list[tuple[int, int]]
    """(lost, detection): who is back as what."""
    adopted: list[tuple[int, int]]
    """(lost, newcomer): who has turned out to be whom."""
    doubtful: Array
    """(R,) detections that may be somebody lost: on trial from now on."""
    pending: Array
    """(N,) newcomers who stay on trial."""


class Clues:
    """Mean nats for each newcomer on trial to be each of the lost, since they were first seen."""

    def __init__(self) -> None:
        self._sums: dict[int, dict[int, tuple[float, int]]] = {}

    def mean(self, newcomers: Array, lost: Array, ratios: Array) -> Array:
        """(L, N) with this image's `ratios` (L, N); `newcomers` (N,) and `lost` (L,) are keys.

        Whoever is not on trial any more is forgotten.
        """
        means = np.empty(ratios.shape)
        sums = {key: self._sums.get(key, {}) for key in newcomers.tolist()}
        for column, known in enumerate(sums.values()):
            for row, key in enumerate(lost.tolist()):
                total, count = known.get(key, (0.0, 0))
                known[key] = total, count = total + float(ratios[row, column]), count + 1
                means[row, column] = total / count
        self._sums = sums
        return means

    def clear(self) -> None:
        """Nobody is on trial."""
        self._sums.clear()


def decide(
    ratios: Array,
    unwatched: Array,
    scores: Array,
    trust: Array,
    waited: Array,
    least: Array,
) -> Returned:
    """Pair the lost with detections and with newcomers on trial.

    Args:
        ratios: (L, R + N) nats: of this image for detections, `Clues.mean` for newcomers.
        unwatched: (L,) whether nobody looked for the lost since they were last seen.
        scores, trust: (R,) of the detections and (N,) on average of the newcomers.
        waited: (N,) whether there is no more time to find out who a newcomer is.
        least: (L,) score with which each of the lost may return.
    """
    fresh = len(scores)
    best = ratios.max(0, initial=-np.inf)
    decided = waited & (trust >= least.min(initial=np.inf))
    returned = Returned([], [], best[:fresh] >= STRANGER, ~decided & (best[fresh:] >= STRANGER))
    for row, column in zip(*(side.tolist() for side in assign(ratios)), strict=True):
        sure = clear(ratios, row, column, 0.0 if unwatched[row] else CLEAR)
        newcomer = column - fresh
        if newcomer < 0 and sure and scores[column] >= least[row]:
            returned.seen.append((row, column))
        elif newcomer >= 0 and trust[newcomer] >= least[row] and (sure or waited[newcomer]):
            returned.adopted.append((row, newcomer))
    return returned


def clear(ratios: Array, row: int, column: int, least: float = CLEAR) -> bool:
    """Whether a pair is beyond doubt: likely, and far likelier than any other with either."""
    others = np.append(np.delete(ratios[:, column], row), np.delete(ratios[row], column))
    best = others.max(initial=-np.inf)
    return bool(ratios[row, column] >= least and ratios[row, column] - best >= CLEAR_MARGIN)
