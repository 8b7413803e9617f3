"""What two parts of a take's tracks say about being one person: shape, looks, and how rare people
are.

Each tracklet is worth a few sums, and a person is worth the sum of theirs, so that any two parts
can be compared without going through their sightings again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from ..association.build import INDEPENDENT_S, LONGEST_LOOK_S, POPULATION
from ..association.evidence import LOOK_SAME, LOOK_WEIGHT
from ..people import Ints
from .sightings import Sightings

SHAPE_NUMBERS = 6.0
"""Over a whole take ten betas are worth this many independent numbers."""
SHAPE_LEAST, SHAPE_MOST = -25.0, 9.0
LOOK_LEAST, LOOK_MOST = -6.0, 3.0
"""Nats: estimates of one person err together, so no amount of them is worth more."""
NEWCOMER, GLIMPSE_S = 5.0, 0.3
"""Nats against one person more in a take, who was seen for much longer than a glimpse."""
FALSE_SCORE = 0.4
"""A sighting of no higher score may be nobody."""

_PRIOR = np.diag(POPULATION**-2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Sums over N parts: (N, 3, 3) of view terms, (N, 3, B) of these and betas, (N, D) of looks,
    (N,) s for which they were surely seen."""

    views: Array
    betas: Array
    looks: Array
    seen_s: Array

    def at(self, index: Ints | slice) -> Evidence:
        """Some of them."""
        return Evidence(*(getattr(self, name)[index] for name in Evidence.__slots__))

    def cumulative(self) -> Evidence:
        """(N + 1) sums of the first 0, 1 ... N."""
        return Evidence(*(_running(getattr(self, name)) for name in Evidence.__slots__))

    def plus(self, other: Evidence) -> Evidence:
        """Of both together; broadcasts."""
        return self._with(other, np.add)

    def minus(self, other: Evidence) -> Evidence:
        """Without the other."""
        return self._with(other, np.subtract)

    def _with(self, other: Evidence, operation: np.ufunc) -> Evidence:
        names = Evidence.__slots__
        return Evidence(*(operation(getattr(self, n), getattr(other, n)) for n in names))


def gather(seen: Sightings, part: Ints, parts: int) -> Evidence:
    """The evidence of each of `parts` tracklets; (N,) `part` is which one a sighting is of."""
    told = seen.betas.any(1)
    lasted = lasted_s(seen)
    weight = told / (seen.shape_noise * (1 + INDEPENDENT_S / lasted))
    weighed = seen.views * weight[:, None]
    shape = (parts, 3, seen.betas.shape[1])
    views, betas, seen_s = np.zeros((parts, 3, 3)), np.zeros(shape), np.zeros(parts)
    looks = np.zeros((parts, seen.looks.shape[1]))
    np.add.at(views, part, weighed[:, :, None] * seen.views[:, None])
    np.add.at(betas, part, weighed[:, :, None] * seen.betas[:, None])
    np.add.at(looks, part, seen.looks)
    np.add.at(seen_s, part, lasted * np.clip((seen.scores - FALSE_SCORE) / 0.5, 0, 1))
    return Evidence(views, betas, looks, seen_s)


def same_ratio(a: Evidence, b: Evidence) -> Array:
    """(N,) nats for the parts `a` and `b` to be one person's."""
    shape = (_worth(a.plus(b)) - _worth(a) - _worth(b)) * SHAPE_NUMBERS
    fewer = _rarity(a) + _rarity(b) - _rarity(a.plus(b))
    return np.clip(shape, SHAPE_LEAST, SHAPE_MOST) + _look_ratio(a.looks, b.looks) + fewer


def _rarity(one: Evidence) -> Array:
    """Nats against somebody more: people are few, and glimpses of nobody are many."""
    return NEWCOMER * (1 - np.exp(-one.seen_s / GLIMPSE_S))


def _worth(one: Evidence) -> Array:
    """Nats for each beta that these sightings are one person's rather than each anybody's."""
    if not one.betas.shape[-1]:
        return np.zeros(len(one.views))
    precision = one.views + _PRIOR
    fitted = (one.betas * np.linalg.solve(precision, one.betas)).sum(-2).mean(-1)
    return 0.5 * (fitted - np.log(np.linalg.det(precision)) + np.log(np.linalg.det(_PRIOR)))


def _look_ratio(a: Array, b: Array) -> Array:
    size = np.sqrt((a**2).sum(-1) * (b**2).sum(-1))
    alike = (a * b).sum(-1) / np.maximum(size, 1e-9)
    return np.clip(LOOK_WEIGHT * (alike - LOOK_SAME), LOOK_LEAST, LOOK_MOST) * (size > 0)


def lasted_s(seen: Sightings) -> Array:
    """(N,) for how long each sighting counts: as far as to those before and after it."""
    order = np.lexsort((seen.t_s, seen.keys))
    same = np.diff(seen.keys[order]) == 0
    step = np.where(same, np.diff(seen.t_s[order]), np.inf)
    around = np.minimum(np.append(np.inf, step), np.append(step, np.inf))
    lasted = np.empty(len(order))
    lasted[order] = np.minimum(around, LONGEST_LOOK_S)
    alone = np.isinf(around[np.argsort(order)])
    images = np.unique(seen.t_s)
    lasted[alone] = np.diff(images).min(initial=LONGEST_LOOK_S)
    return np.maximum(lasted, 1e-3)


def _running(values: Array) -> Array:
    return np.concatenate([np.zeros_like(values[:1]), values.cumsum(0)])
