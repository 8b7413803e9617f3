"""Whom a doubtful moment has left as whom: all that was known before against all that is since."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.rotation import Array

from .bodies import evidence_of, seconds_seen
from .doubts import Doubt
from .evidence import same_ratio
from .links import AS_TRACKED
from .lives import Life, Lives
from .partition import APART

LEAST_S = 0.08
"""Somebody surely seen for less is not weighed."""
SETTLED = -8.0
"""Nats: what loses so much will not come true."""

Known = dict[Life, tuple[int, Array]]
"""Of each the key under which they were in it, and sums of what is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """The likeliest people after a moment of doubt."""

    gain: float
    """Nats more than as it is."""
    changes: list[tuple[Life, Life]]
    """Whoever was the first of these before is the second since."""
    settled: bool
    """Whether any change would lose by far."""


def weigh(doubt: Doubt, lives: Lives, telling: Array) -> Weighed | None:
    """None if there is nothing to choose from yet.

    Args:
        telling: (B,) see Telling.weights.
    """
    until_s, since_s = doubt.known_s
    heads, tails = _heads(doubt, lives, until_s), _tails(doubt, lives, since_s)
    if not heads or not tails or (len(heads) == 1 and list(heads) == list(tails)):
        return None
    ratio = _ratio(doubt, heads, tails, telling)
    H, T = list(heads), list(tails)
    own = np.array([[head is tail for tail in T] for head in H])
    worth = np.maximum(ratio + AS_TRACKED * own - APART, 0.0)
    rows, columns = linear_sum_assignment(-worth)
    gain = float(worth[rows, columns].sum() - worth[own].sum())
    pairs = [(H[h], T[t]) for h, t in zip(rows, columns, strict=True) if worth[h, t] > 0]
    changes = [(head, tail) for head, tail in pairs if head is not tail]
    return Weighed(gain, changes, _settled(ratio - APART, own, worth))


def _heads(doubt: Doubt, lives: Lives, t_s: float) -> Known:
    """Who was in it before."""
    found: Known = {}
    for key in doubt.keys:
        life = lives.at(key, t_s) if key in doubt.before else None
        if life is not None and life not in found:
            found[life] = key, lives.until(life, t_s)
    return found


def _tails(doubt: Doubt, lives: Lives, t_s: float) -> Known:
    """Who has been seen of it since."""
    found: Known = {}
    for key in doubt.keys:
        life = lives.at(key, t_s) if key in doubt.after else None
        if life is not None and life not in found:
            sums = lives.since(life, t_s)
            if seconds_seen(sums) > LEAST_S:
                found[life] = key, sums
    return found


def _ratio(doubt: Doubt, heads: Known, tails: Known, telling: Array) -> Array:
    """(H, T) nats for each of those before to be each of those since."""
    h, t = np.divmod(np.arange(len(heads) * len(tails)), len(tails))
    before = evidence_of([sums for _, sums in heads.values()], telling)
    since = evidence_of([sums for _, sums in tails.values()], telling)
    same = same_ratio(before.at(h), since.at(t)).reshape(len(heads), len(tails))
    return same + doubt.links(
        [key for key, _ in heads.values()], [key for key, _ in tails.values()]
    )


def _settled(ratio: Array, own: Array, worth: Array) -> bool:
    kept = worth * own
    loss = ratio - kept.max(0) - kept.max(1)[:, None]
    return bool((loss[~own] < SETTLED).all())
