"""Who of those nobody knows is somebody lost: at once if that is clear, else after a moment.

A detection that may be a lost person starts as a newcomer on trial, without an id. While it is,
what speaks for each of the lost is averaged over its sightings. All of the lost and all of the
unknown are judged together, so that two who return at once do not take each other's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from livemocap.rotation import Array

from .associate import assign
from .detections import Detection
from .track import Track

CLEAR, CLEAR_MARGIN = 3.0, 2.0
"""Somebody is back for certain at so many nats, and so many more than anybody else has."""
STRANGER = -2.0
"""Below it nobody who was lost can be meant."""


@dataclass(slots=True)
class Returned:
    """What was decided."""

    seen: list[tuple[Track, Detection]] = field(default_factory=list)
    """The lost who are back as a detection."""
    adopted: list[tuple[Track, Track]] = field(default_factory=list)
    """The lost who have turned out to be a newcomer on trial."""
    doubtful: list[Detection] = field(default_factory=list)
    """Detections that may be somebody lost: on trial from now on."""


def decide(
    lost: Sequence[Track],
    pending: Sequence[Track],
    rest: Sequence[Detection],
    ratios: Array,
    least_score: float,
) -> Returned:
    """Pair the lost with detections and with newcomers on trial; those found new leave it.

    Args:
        ratios: (lost, rest then pending) nats of this frame.
        least_score: of those who return, on average since they were first seen.
    """
    ratios = ratios.copy()
    for column, track in enumerate(pending, len(rest)):
        ratios[:, column] = track.weigh(lost, ratios[:, column])
    returned = Returned()
    for row, column in assign(ratios):
        track = lost[row]
        sure = clear(ratios, row, column, 0.0 if track.unwatched else CLEAR)
        newcomer = pending[column - len(rest)] if column >= len(rest) else None
        if newcomer is None and sure and rest[column].score >= least_score:
            returned.seen.append((track, rest[column]))
        elif newcomer and newcomer.trust >= least_score and (sure or newcomer.waited):
            returned.adopted.append((track, newcomer))
    best = ratios.max(0, initial=-np.inf)
    for column, track in enumerate(pending, len(rest)):
        decided = track.waited and track.trust >= least_score
        track.pending = not decided and bool(best[column] >= STRANGER)
    returned.doubtful = [p for column, p in enumerate(rest) if best[column] >= STRANGER]
    return returned


def clear(ratios: Array, row: int, column: int, least: float = CLEAR) -> bool:
    """Whether a pair is beyond doubt: likely, and far likelier than any other with either."""
    others = np.append(np.delete(ratios[:, column], row), np.delete(ratios[row], column))
    best = others.max(initial=-np.inf)
    return bool(ratios[row, column] >= least and ratios[row, column] - best >= CLEAR_MARGIN)
