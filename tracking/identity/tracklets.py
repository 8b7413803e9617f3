"""What is certain of tracks: pieces in which nobody can have been taken for somebody else.

A piece ends where its person is away for a moment, and wherever two people come so close that an
exchange of them is not clearly wrong, going by two neighbouring sightings alone.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from livemocap.rotation import Array

from ..association.motion import UNKNOWN_VARIANCE
from ..people import Ints
from .ends import SPEED_MS
from .poses import pose_ratio
from .sightings import Sightings

LONGEST_STEP_S = 0.15
"""Somebody not seen for longer may have been taken for somebody else."""
ASIDE_S = 1.0
"""So long after the last sighting somebody may still be who is seen now."""
CERTAIN = 4.0
"""Nats by which two people must be likelier to go on than to have been exchanged."""
LEAST = 2.0
"""Nats for one sighting to follow another at all."""


def cut_tracks(seen: Sightings) -> Ints:
    """(N,) which piece each sighting is of, numbered by first sighting."""
    previous = _previous(seen)
    cut = (previous < 0) | (seen.t_s - seen.t_s[previous] > LONGEST_STEP_S)
    cut |= seen.shot != seen.shot[previous]
    cut |= _doubtful(seen, previous)
    piece = np.empty(len(cut), np.int64)
    begun = np.cumsum(cut) - 1
    for i, before in enumerate(previous.tolist()):
        piece[i] = begun[i] if cut[i] else piece[before]
    return piece


def _previous(seen: Sightings) -> Ints:
    """(N,) the sighting of the same key before each, -1 for the first."""
    order = np.lexsort((seen.image, seen.keys))
    previous = np.full(len(order), -1)
    same = np.diff(seen.keys[order]) == 0
    previous[order[1:][same]] = order[:-1][same]
    return previous


def _doubtful(seen: Sightings, previous: Ints) -> Array:
    """(N,) whether a sighting may be another's than of whom it is said to be."""
    doubtful = np.zeros(len(previous), bool)
    last: dict[int, int] = {}
    bounds = np.flatnonzero(np.diff(seen.image, prepend=-1, append=-2))
    for first, end in pairwise(bounds.tolist()):
        now_s = seen.t_s[first]
        last = {key: i for key, i in last.items() if now_s - seen.t_s[i] <= ASIDE_S}
        keys = [*last, *(k for k in seen.keys[first:end].tolist() if k not in last)]
        if len(keys) and last:
            doubtful[first:end] = _exchangeable(seen, keys, last, np.arange(first, end))
        last.update(zip(seen.keys[first:end].tolist(), range(first, end), strict=True))
    return doubtful


def _exchangeable(seen: Sightings, keys: list[int], last: dict[int, int], now: Ints) -> Array:
    """(P,) of `now` which may follow another sighting of `last` than their own."""
    place = {key: i for i, key in enumerate(keys)}
    rows, columns = np.array(list(last.values())), [place[k] for k in seen.keys[now].tolist()]
    ratio = np.zeros((len(keys), len(keys)))
    ratio[np.ix_(range(len(rows)), columns)] = step_ratio(seen, rows, now)
    own = np.diag(ratio)
    margin = own[:, None] + own[None] - ratio - ratio.T
    np.fill_diagonal(margin, np.inf)
    unsure = (margin < CERTAIN).any(1) | (own < LEAST)
    return unsure[columns]


def step_ratio(seen: Sightings, before: Ints, now: Ints) -> Array:
    """(A, B) nats for each of `now` to be who each of `before` was, a moment earlier."""
    gap_s = np.abs(seen.t_s[now][None] - seen.t_s[before][:, None])
    reach = (SPEED_MS * gap_s[..., None] / np.exp(seen.places[before][:, None, 2:])) ** 2
    total = seen.noise[before][:, None] ** 2 + seen.noise[now][None] ** 2 + reach
    total = np.minimum(total, UNKNOWN_VARIANCE)
    off = seen.places[now][None] - seen.places[before][:, None]
    root = 0.5 * (1 + np.log(UNKNOWN_VARIANCE / total) - off**2 / total).sum(-1)
    posed = seen.posed[before][:, None] & seen.posed[now][None]
    pose = pose_ratio(seen.bodies[before][:, None], seen.bodies[now][None], gap_s)
    return root + pose * posed
