"""Which detection is which person: log-likelihood ratios and the best assignment of them.

Every term is log p(detection | this person) - log p(detection | somebody else), in nats. Terms
are clipped, because an occluded estimate is wrong in all of its numbers at once. A pair whose sum
is not positive is no match: leaving both alone is then likelier.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from livemocap.rotation import Array

from .build import Build, build_ratio
from .motion import UNKNOWN_VARIANCE

POSE_OTHER_M, POSE_SAME_M, POSE_DRIFT_M = 0.17, 0.05, 0.10
"""Spread of the distance between two people's poses, one person's now and just before, and what
is added to the latter as time goes by."""
POSE_FADE_S, BOX_FADE_S = 0.4, 0.3
"""Pose and box tell people apart for about this long after the last sighting."""
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


@dataclass(frozen=True, slots=True)
class Remembered:
    """What T tracks expect to see, stacked."""

    place: Array
    """(T, 3) predicted x/z, y/z, log z."""
    variance: Array
    """(T, 3) of it."""
    gap_s: Array
    """(T,) since the last sighting."""
    body: Array
    """(T, 22, 3) m, from the pelvis."""
    box_px: Array
    builds: Sequence[Build]
    appearance: Sequence[Array | None]
    engine_ids: Array


@dataclass(frozen=True, slots=True)
class Seen:
    """P detections, stacked."""

    place: Array
    noise: Array
    """(P, 3) standard deviations of `place`."""
    body: Array
    posed: Array
    """(P,) whether an engine told a pose at all."""
    box_px: Array
    betas: Array
    """(P, B)."""
    views: Array
    """(P, 3) see build.view_terms."""
    shape_noise: Array
    """(P,) variance of each of `betas`."""
    appearance: Sequence[Array | None]
    engine_ids: Array


def log_ratios(tracks: Remembered, people: Seen) -> Array:
    """(T, P) nats for each pair."""
    return (
        root_ratio(tracks.place, tracks.variance, people.place, people.noise)
        + pose_ratio(tracks.body, people.body, tracks.gap_s) * people.posed
        + box_ratio(box_overlap(tracks.box_px, people.box_px), tracks.gap_s)
        + shape_ratio(tracks.builds, people.betas, people.views, people.shape_noise)
        + look_ratio(tracks.appearance, people.appearance)
        + hint_ratio(tracks.engine_ids, people.engine_ids)
    )


def return_prior(gap_s: float, unwatched: bool) -> float:
    """Nats for somebody whom motion no longer finds, `gap_s` after the last sighting.

    Args:
        unwatched: no image came in the meantime, inference was started again, say; others were
            looked for and not found.
    """
    stayed = math.exp(-gap_s / STAY_S) if unwatched else 0.0
    return LOST_PRIOR + stayed * (STAYED_PRIOR - LOST_PRIOR)


def assign(ratios: Array) -> list[tuple[int, int]]:
    """Pairs (row, column) with the largest summed ratio; none of them has one of 0 or less."""
    if not ratios.size:
        return []
    rows, columns = linear_sum_assignment(-np.maximum(ratios, 0.0))
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if ratios[row, column] > 0
    ]


def root_ratio(place: Array, variance: Array, seen: Array, noise: Array) -> Array:
    """(T, P): a track that expects its person in a small place gains most where it is right.

    A track that knows nothing of the place gets 0 on average.
    """
    surprise = seen[None] - place[:, None]
    total = np.minimum(variance[:, None] + noise[None] ** 2, UNKNOWN_VARIANCE)
    return 0.5 * (1 + np.log(UNKNOWN_VARIANCE / total) - surprise**2 / total).sum(-1)


def pose_ratio(body: Array, seen: Array, gap_s: Array) -> Array:
    """(T, P) from (T, 22, 3) and (P, 22, 3) m."""
    apart = np.sqrt(((body[:, None] - seen[None]) ** 2).sum(-1)).sum(-1) / body.shape[1]
    fade = np.exp(-gap_s / POSE_FADE_S)[:, None]
    ratio = _rayleigh_ratio(apart, POSE_SAME_M + POSE_DRIFT_M * (1 - fade), POSE_OTHER_M)
    return _limit(ratio, -4, 2) * fade


def box_ratio(overlap: Array, gap_s: Array) -> Array:
    """(T, P) from intersection over union."""
    return (2 * overlap - 0.5) * np.exp(-gap_s / BOX_FADE_S)[:, None]


def shape_ratio(builds: Sequence[Build], betas: Array, views: Array, noise: Array) -> Array:
    """(T, P); an engine that leaves betas at zero says nothing."""
    if not betas.any() or not any(build.known for build in builds):
        return np.zeros((len(builds), len(betas)))
    ratio = SHAPE_DIMENSIONS * build_ratio(builds, betas, views, noise)
    return _limit(ratio, SHAPE_LEAST, SHAPE_MOST)


def look_ratio(looks: Sequence[Array | None], seen: Sequence[Array | None]) -> Array:
    """(T, P) from unit vectors; None says nothing."""
    ratio = np.zeros((len(looks), len(seen)))
    for t, mine in enumerate(looks):
        for p, theirs in enumerate(seen):
            if mine is not None and theirs is not None and mine.shape == theirs.shape:
                ratio[t, p] = LOOK_WEIGHT * (float(mine @ theirs) - LOOK_SAME)
    return _limit(ratio, -6, 3)


def hint_ratio(mine: Array, theirs: Array) -> Array:
    """(T, P) from the engine's ids, -1 for none."""
    known = (mine[:, None] >= 0) & (theirs[None] >= 0)
    return np.where(known, np.where(mine[:, None] == theirs[None], HINT_SAME, HINT_OTHER), 0.0)


def box_overlap(a_px: Array, b_px: Array) -> Array:
    """(A, 4) and (B, 4) x0 y0 x1 y1 to (A, B) intersection over union."""
    low = np.maximum(a_px[:, None, :2], b_px[None, :, :2])
    high = np.minimum(a_px[:, None, 2:], b_px[None, :, 2:])
    common = np.maximum(high - low, 0).prod(-1)
    areas = [np.maximum(box[:, 2:] - box[:, :2], 0).prod(-1) for box in (a_px, b_px)]
    return common / np.maximum(areas[0][:, None] + areas[1][None] - common, 1e-9)


def _limit(values: Array, low: float, high: float) -> Array:
    return np.minimum(np.maximum(values, low), high)


def _rayleigh_ratio(value: Array, same: Array | float, other: float) -> Array:
    ratio = other / same
    return 2 * np.log(ratio) - 0.5 * (value / other) ** 2 * (ratio**2 - 1)
