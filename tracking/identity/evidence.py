"""What two parts of a take's tracks say about being one person: shape, looks, and how rare people
are.

Each tracklet is worth a few sums, and a person is worth the sum of theirs, so that any two parts
can be compared without going through their sightings again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from ..association.build import INDEPENDENT_S, LONGEST_LOOK_S, POPULATION
from ..people import Ints
from .sightings import Sightings

SHAPE_NUMBERS = 6.0
"""Over a whole take ten betas are worth this many independent numbers."""
SHAPE_LEAST, SHAPE_MOST = -25.0, 9.0
"""Nats."""
LOOK_MOST = 4.0
"""Nats: estimates of one person err together, so no amount of them is worth more."""
GLANCE_SAME, GLANCE_WEIGHT, GLANCE_LEAST = 0.65, 12.0, -6.0
MEAN_SAME, MEAN_WEIGHT, MEAN_LEAST = 0.8, 24.0, -12.0
"""Product of two looks at which they say nothing, nats for each unit more, and the least: of
looks at a glance, and of means over long."""
LOOK_SETTLED_S = 1.0
"""A mean over so long has lost most of what a single look errs by."""
VARIES = 0.15
"""Spread over a take above which a beta tells people apart: some engines hardly move some of
them, and what is alike in everybody says nothing of anybody."""
NEWCOMER, GLIMPSE_S = 5.0, 0.3
"""Nats against one person more in a take, who was seen for much longer than a glimpse."""
FALSE_SCORE = 0.4
"""A sighting of no higher score may be nobody."""

_PRIOR = np.diag(POPULATION**-2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Sums over N parts: (N, 3, 3) of view terms, (N, 3, B) of these and betas, (N, D) of looks,
    (N,) s for which they were surely seen, and for which something was known of their looks."""

    telling: Array
    """(B,) 0..1 how much each beta tells people of this take apart; no sum."""
    views: Array
    betas: Array
    looks: Array
    seen_s: Array
    looked_s: Array

    def of(self, sums: Iterable[Array]) -> Evidence:
        """Of other parts of the same take, by their sums."""
        return Evidence(self.telling, *sums)

    def at(self, index: Ints | slice) -> Evidence:
        """Some of them."""
        return self.of(getattr(self, name)[index] for name in SUMS)

    def cumulative(self) -> Evidence:
        """(N + 1) sums of the first 0, 1 ... N."""
        return self.of(_running(getattr(self, name)) for name in SUMS)

    def plus(self, other: Evidence) -> Evidence:
        """Of both together; broadcasts."""
        return self._with(other, np.add)

    def minus(self, other: Evidence) -> Evidence:
        """Without the other."""
        return self._with(other, np.subtract)

    def _with(self, other: Evidence, operation: np.ufunc) -> Evidence:
        return self.of(operation(getattr(self, n), getattr(other, n)) for n in SUMS)


SUMS = tuple(name for name in Evidence.__slots__ if name != "telling")


def gather(seen: Sightings, part: Ints, parts: int) -> Evidence:
    """The evidence of each of `parts` tracklets; (N,) `part` is which one a sighting is of."""
    told = seen.betas.any(1)
    lasted = lasted_s(seen)
    weight = told / (seen.shape_noise * (1 + INDEPENDENT_S / lasted))
    weighed = seen.views * weight[:, None]
    shape = (parts, 3, seen.betas.shape[1])
    views, betas, seen_s = np.zeros((parts, 3, 3)), np.zeros(shape), np.zeros(parts)
    looks, looked_s = np.zeros((parts, seen.looks.shape[1])), np.zeros(parts)
    np.add.at(views, part, weighed[:, :, None] * seen.views[:, None])
    np.add.at(betas, part, weighed[:, :, None] * seen.betas[:, None])
    np.add.at(looks, part, seen.looks)
    np.add.at(seen_s, part, lasted * np.clip((seen.scores - FALSE_SCORE) / 0.5, 0, 1))
    np.add.at(looked_s, part, lasted * seen.looks.any(1))
    return Evidence(_telling(seen.betas[told]), views, betas, looks, seen_s, looked_s)


def _telling(betas: Array) -> Array:
    """(B,) from (N, B): what hardly varies from sighting to sighting says nothing."""
    variance = betas.var(0) if len(betas) else np.zeros(betas.shape[1])
    return variance / (variance + VARIES**2)


def same_ratio(a: Evidence, b: Evidence) -> Array:
    """(N,) nats for the parts `a` and `b` to be one person's."""
    shape = (_worth(a.plus(b)) - _worth(a) - _worth(b)) * SHAPE_NUMBERS
    fewer = _rarity(a) + _rarity(b) - _rarity(a.plus(b))
    return np.clip(shape, SHAPE_LEAST, SHAPE_MOST) + _look_ratio(a, b) + fewer


def _rarity(one: Evidence) -> Array:
    """Nats against somebody more: people are few, and glimpses of nobody are many."""
    return NEWCOMER * (1 - np.exp(-one.seen_s / GLIMPSE_S))


def _worth(one: Evidence) -> Array:
    """Nats for each beta that these sightings are one person's rather than each anybody's."""
    if not one.betas.shape[-1]:
        return np.zeros(len(one.views))
    precision = one.views + _PRIOR
    fitted = (one.betas * np.linalg.solve(precision, one.betas)).sum(-2)
    known = np.log(np.linalg.det(precision)) - np.log(np.linalg.det(_PRIOR))
    return 0.5 * (one.telling * (fitted - known[:, None])).mean(-1)


def _look_ratio(a: Evidence, b: Evidence) -> Array:
    """Nats from mean looks: the longer both means are, the more they say."""
    size = np.sqrt((a.looks**2).sum(-1) * (b.looks**2).sum(-1))
    alike = (a.looks * b.looks).sum(-1) / np.maximum(size, 1e-9)
    settled = 1 - np.exp(-np.maximum(np.minimum(a.looked_s, b.looked_s), 0.0) / LOOK_SETTLED_S)
    same = GLANCE_SAME + settled * (MEAN_SAME - GLANCE_SAME)
    weight = GLANCE_WEIGHT + settled * (MEAN_WEIGHT - GLANCE_WEIGHT)
    least = GLANCE_LEAST + settled * (MEAN_LEAST - GLANCE_LEAST)
    return np.clip(weight * (alike - same), least, LOOK_MOST) * (size > 1e-9)


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
