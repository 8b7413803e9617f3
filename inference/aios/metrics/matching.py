"""Who is who: predictions and true people of one image, matched by their joints in the image.

The protocol is AGORA's (Patel et al., CVPR 2021, and the page "Evaluation protocol" of its
evaluation kit); BEDLAM's server takes the same files:

- the distance of a prediction and a true person is that of their 24 projected body joints;
- pairs are made greedily, the nearest first, each prediction and each true person once;
- a pair needs boxes around its joints that overlap, intersection over union at least 0.1;
- true people who are not valid, or of whom more than 90 % is hidden, do not count: neither
  whether they were found nor how well. As in the kit, a prediction that saw such a person is one
  more false positive, unless that is forgiven here on demand.

We take the mean distance over the joints; the kit takes the spectral norm of the 24 x 2 matrix of
differences, and also gives up on an image once as many non-overlapping pairs were met as there
are predictions. Neither is part of the published protocol.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

MATCHED_JOINTS = 24
LEAST_OVERLAP = 0.1


@dataclass(frozen=True, slots=True)
class Matching:
    """Row numbers of one image's predictions and true people."""

    pairs: list[tuple[int, int]]
    """(prediction, true person), true people who count only."""
    missed: list[int]
    """True people who count and whom no prediction found."""
    false: list[int]
    """Predictions of nobody."""


def match(
    predicted_px: Array, true_px: Array, counted: Array, *, forgive_ignored: bool = False
) -> Matching:
    """Match the people of one image.

    Args:
        predicted_px: (P, J, 2) projected joints, J >= 24.
        true_px: (T, J', 2), in the same pixels.
        counted: (T,) False for people who are ignored.
        forgive_ignored: do not count a prediction of an ignored person as a false positive.
    """
    partner_of = _greedy(*_distances(predicted_px, true_px))
    pairs = [(p, t) for p, t in partner_of.items() if counted[t]]
    found = {t for _, t in pairs}
    of_ignored = {p for p, t in partner_of.items() if not counted[t]}
    taken = {p for p, _ in pairs} | (of_ignored if forgive_ignored else set())
    return Matching(
        pairs=sorted(pairs),
        missed=[t for t in range(len(true_px)) if counted[t] and t not in found],
        false=[p for p in range(len(predicted_px)) if p not in taken],
    )


def _distances(predicted_px: Array, true_px: Array) -> tuple[Array, Array]:
    """(P, T) px, and whether the pair may be made at all."""
    shape = len(predicted_px), len(true_px)
    if not all(shape):
        return np.zeros(shape), np.zeros(shape, bool)
    predicted = np.asarray(predicted_px, float)
    true = np.asarray(true_px, float)
    apart = predicted[:, None, :MATCHED_JOINTS] - true[None, :, :MATCHED_JOINTS]
    distance = np.linalg.norm(apart, axis=-1).mean(-1)
    overlap = box_overlap(joint_boxes(predicted)[:, None], joint_boxes(true)[None])
    return distance, overlap >= LEAST_OVERLAP


def _greedy(distance: Array, allowed: Array) -> dict[int, int]:
    """Prediction to true person, the nearest pair first."""
    pairs: dict[int, int] = {}
    for place in np.argsort(distance, axis=None, kind="stable"):
        p, t = divmod(int(place), distance.shape[1])
        if allowed[p, t] and p not in pairs and t not in pairs.values():
            pairs[p] = t
    return pairs


def joint_boxes(joints_px: Array) -> Array:
    """(..., J, 2) to (..., 4): x0 y0 x1 y1 of the outermost joints."""
    return np.concatenate([joints_px.min(-2), joints_px.max(-2)], -1)


def box_overlap(a: Array, b: Array) -> Array:
    """Intersection over union of (..., 4) boxes, whose last pixels belong to them."""
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = _area(low, high)
    return shared / (_area(a[..., :2], a[..., 2:]) + _area(b[..., :2], b[..., 2:]) - shared)


def _area(low: Array, high: Array) -> Array:
    return np.clip(high - low + 1, 0, None).prod(-1)
