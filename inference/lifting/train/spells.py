"""Things that happen now and then and last for a while."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array


def spells(
    rng: np.random.Generator,
    people: int,
    times_s: Array,
    per_s: float,
    lasting_s: tuple[float, float],
) -> Array:
    """(B, T) bool, true while one goes on; they last from one to the other, log-uniformly."""
    going = np.zeros((people, len(times_s)), bool)
    step_s = times_s[1] - times_s[0]
    longest = lasting_s[1]
    span = times_s[-1] - times_s[0] + longest
    counts = rng.poisson(per_s * span, people)
    who = np.repeat(np.arange(people), counts)
    starts = rng.uniform(-longest, span - longest, len(who))
    ends = starts + np.exp(rng.uniform(np.log(lasting_s[0]), np.log(longest), len(who)))
    first = np.maximum(np.round(starts / step_s), 0).astype(int)
    last = np.maximum(np.round(ends / step_s), first).astype(int)
    for person, a, b in zip(who, first, last, strict=True):
        going[person, a:b] = True
    return going
