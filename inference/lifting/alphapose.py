"""What AlphaPose does with the people of one image, and who of them is lifted (VideoPose3D's
specification, section 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array

ALIKE_PX, NEAR_PX, NEAR_WEIGHT = 1.0, 2.65, 1.7
SAME = 22.48
"""Poses that are alike by more are of one person."""

SAME_JOINTS = 5
"""So are poses with as many joints in about the same place."""

SIDE_SHARE, MATCH_PX, MERGE_PX = 0.1, 7.0, 15.0
"""About the same place is this share of a box's side, and no farther than so."""

LEAST_SCORE = 0.3
SHIFT_PX = 0.3
_NO_SCORE = 1e-5


@dataclass(frozen=True, slots=True)
class Found:
    """One person."""

    keypoints_px: Array
    """(J, 2)."""
    scores: Array
    """(J,)."""
    proposal: float
    """How sure it is that this is somebody."""


def merged(
    boxes_px: ArrayLike, box_scores: ArrayLike, poses_px: ArrayLike, scores: ArrayLike
) -> list[Found]:
    """The people of whom there may be several poses.

    Args:
        boxes_px: (N, 4) xyxy.
        box_scores: (N,).
        poses_px: (N, J, 2).
        scores: (N, J).
    """
    boxes, poses = np.asarray(boxes_px, np.float32), np.asarray(poses_px, np.float32)
    sure = np.asarray(scores, np.float32).copy()
    sure[sure == 0] = _NO_SCORE
    box_sure = np.asarray(box_scores).reshape(-1)
    sides = SIDE_SHARE * (boxes[:, 2:] - boxes[:, :2]).max(1)
    left, people = np.arange(len(poses)), []
    while len(left):
        best = left[sure[left].mean(1).argmax()]
        same = left[_same(poses[best], sure[best], poses[left], sure[left], sides[best])]
        person = _one(poses[best], poses[same], sure[same], sides[best], float(box_sure[best]))
        if person.scores.max() >= LEAST_SCORE:
            people.append(person)
        left = left[~np.isin(left, [*same, best])]
    return people


def most_likely(people: list[Found]) -> int:
    """Who is lifted: the surest and largest, by the area of their keypoints."""
    size = [np.prod(np.ptp(person.keypoints_px, axis=0)) for person in people]
    return int(np.argmax([p.proposal * area for p, area in zip(people, size, strict=True)]))


def _same(pose: Array, sure: Array, poses: Array, scores: Array, side: float) -> Array:
    """(N,) whether each of `poses` is `pose` once more."""
    apart = np.sqrt(((poses - pose) ** 2).sum(-1))
    both = np.where(apart <= ALIKE_PX, np.tanh(sure) * np.tanh(scores), 0)
    alike = both.sum(1) + NEAR_WEIGHT * np.exp(-apart / NEAR_PX).sum(1)
    return (alike > SAME) | ((apart <= min(side, MATCH_PX)).sum(1) >= SAME_JOINTS)


def _one(pose: Array, poses: Array, scores: Array, side: float, box_score: float) -> Found:
    """Their joints where they are about where `pose` has them, by how sure each is."""
    apart = np.sqrt(((poses - pose) ** 2).sum(-1))
    heard = scores * (apart <= min(side, MERGE_PX))
    share = heard / heard.sum(0)
    keypoints = (poses * share[..., None]).sum(0) - SHIFT_PX
    together = (heard * share).sum(0)
    proposal = together.mean() + box_score + 1.25 * together.max()
    return Found(keypoints, together, float(proposal))
