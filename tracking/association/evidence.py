"""Which detection is which person: log-likelihood ratios and the best assignment of them.

Every term is log p(detection | this person) - log p(detection | somebody else), in nats. Terms
are clipped, because an occluded estimate is wrong in all of its numbers at once. A pair whose sum
is not positive is no match: leaving both alone is then likelier.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS

from .build import Builds
from .motion import UNKNOWN_VARIANCE

POSE_OTHER_M, POSE_SAME_M, POSE_DRIFT_M = 0.19, 0.055, 0.11
"""Spread of the distance (root mean square over joints) between two people's poses, one person's
now and just before, and what is added to the latter as time goes by."""
POSE_FADE_S = 0.4
"""Poses tell people apart for about this long after the last sighting."""
SHAPE_LEAST, SHAPE_MOST = -8.0, 4.0
SHAPE_DIMENSIONS = 4.0
"""Betas err together: ten of them count as this many independent numbers."""
LOOK_SAME, LOOK_WEIGHT = 0.65, 12.0
"""Product of two appearance vectors at which they say nothing, and nats for each unit more."""
HINT_SAME, HINT_OTHER = 3.0, -1.5
"""What the engine's own idea of who is who counts."""
LOST_PRIOR = 0.3
"""A detection is a little more likely one certain person of those who left than a newcomer."""
STAYED_PRIOR, STAY_S = 1.5, 30.0
"""After images failed to come for a while, four of five people in view were there before it: log
odds. That fades as people come and go, who stay in view for about so long."""

_LOG_UNKNOWN = 1.5 + 0.5 * math.log(float(UNKNOWN_VARIANCE.prod()))
_UNKNOWN = UNKNOWN_VARIANCE[:, None, None]


def root_ratio(place: Array, variance: Array, seen: Array, noise: Array) -> Array:
    """(T, P): a person who is expected in a small place gains most where that is right.

    Somebody of whose place nothing is known gets 0 on average.

    Args:
        place, variance: (T, 3) where people are expected, as x/z, y/z, log z.
        seen, noise: (P, 3) sightings and their standard deviations.
    """
    total = np.minimum(variance.T[:, :, None] + np.square(noise).T[:, None], _UNKNOWN)
    off = np.square(seen.T[:, None] - place.T[:, :, None])
    off /= total
    return _LOG_UNKNOWN - 0.5 * (off.sum(0) + np.log(total[0] * total[1] * total[2]))


def pose_ratio(body: Array, seen: Array, gap_s: Array) -> Array:
    """(T, P) from (T, 66) and (P, 66) m; (T,) s since the body was seen."""
    apart = body @ seen.T
    apart *= -2
    apart += np.einsum("ij,ij->i", body, body)[:, None]
    apart += np.einsum("ij,ij->i", seen, seen)
    fade = np.exp(gap_s * (-1 / POSE_FADE_S))
    ratio = POSE_OTHER_M / (POSE_SAME_M + POSE_DRIFT_M - POSE_DRIFT_M * fade)
    apart *= ((1 - ratio**2) * (0.5 / BODY_JOINTS / POSE_OTHER_M**2))[:, None]
    apart += (2 * np.log(ratio))[:, None]
    return np.minimum(np.maximum(apart, -4.0), 2.0) * fade[:, None]


def shape_ratio(builds: Builds, betas: Array, products: Array, noise: Array) -> Array:
    """(T, P), see Builds.ratio."""
    ratio = SHAPE_DIMENSIONS * builds.ratio(betas, products, noise)
    return np.minimum(np.maximum(ratio, SHAPE_LEAST), SHAPE_MOST)


def look_ratio(looks: Array, looked: Array, seen: Array, seen_looked: Array) -> Array:
    """(T, P) from unit vectors (T, D) and (P, D), as far as both are known: (T,) and (P,)."""
    ratio = LOOK_WEIGHT * (looks @ seen.T - LOOK_SAME)
    return np.minimum(np.maximum(ratio, -6.0), 3.0) * (looked[:, None] & seen_looked)


def hint_ratio(mine: Array, theirs: Array) -> Array:
    """(T, P) from the engine's ids, -1 for none."""
    known = (mine[:, None] >= 0) & (theirs >= 0)
    return known * np.where(mine[:, None] == theirs, HINT_SAME, HINT_OTHER)


def return_prior(gap_s: Array, unwatched: Array) -> Array:
    """(T,) nats for people whom motion no longer finds, `gap_s` after the last sighting.

    Args:
        unwatched: no image came in the meantime, inference was started again, say; others were
            looked for and not found.
    """
    stayed = unwatched * np.exp(-gap_s / STAY_S)
    return LOST_PRIOR + stayed * (STAYED_PRIOR - LOST_PRIOR)


def assign(ratios: Array) -> tuple[Array, Array]:
    """Pairs (rows, columns) with the largest summed ratio; none of them has one of 0 or less."""
    rows, columns = linear_sum_assignment(np.maximum(ratios, 0.0), maximize=True)
    good = ratios[rows, columns] > 0
    return (rows, columns) if good.all() else (rows[good], columns[good])


def box_overlap(a_px: Array, b_px: Array) -> Array:
    """(A, 4) and (B, 4) x0 y0 x1 y1 to (A, B) intersection over union."""
    low = np.maximum(a_px[:, None, :2], b_px[None, :, :2])
    high = np.minimum(a_px[:, None, 2:], b_px[None, :, 2:])
    sides = np.maximum(high - low, 0)
    common = sides[:, :, 0] * sides[:, :, 1]
    areas = [
        np.maximum(box[:, 2] - box[:, 0], 0) * np.maximum(box[:, 3] - box[:, 1], 0)
        for box in (a_px, b_px)
    ]
    return common / np.maximum(areas[0][:, None] + areas[1] - common, 1e-9)
