"""Detections that show somebody a second time."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS

from .detections import Seen
from .evidence import box_overlap

OVERLAP, BODY_M, LOG_DEPTH = 0.6, 0.12, 0.25
"""Two detections show one person if boxes, poses (mean distance of joints) and depths are nearer
than this."""

CROWDED_OVERLAP = 0.15
"""Boxes that overlap more mix their people's colours."""


def first_showings(rest: Seen, known: Seen) -> Array:
    """(P,) which of `rest` show nobody of `known`, nor anybody surer among themselves."""
    twins = same_person(rest, known)
    first: Array = ~np.asarray(twins.any(1))
    if len(rest.rows) > 1:
        among = same_person(rest, rest)
        kept: list[int] = []
        for i in np.argsort(-rest.scores, kind="stable"):
            if first[i] and among[i, kept].any():
                first[i] = False
            elif first[i]:
                kept.append(i)
    return first


def same_person(some: Seen, others: Seen) -> Array:
    """(A, B) whether two detections show one person."""
    near = box_overlap(some.boxes_px, others.boxes_px) > OVERLAP
    near &= np.abs(some.places[:, None, 2] - others.places[:, 2]) < LOG_DEPTH
    a, b = near.nonzero()
    if len(a):
        off = (some.body[a] - others.body[b]).reshape(len(a), 3, BODY_JOINTS)
        near[a, b] = np.sqrt(np.square(off).sum(1)).mean(1) < BODY_M
    return near


def crowded(seen: Seen) -> Array:
    """(P,) whose boxes hold part of somebody else."""
    if len(seen.rows) < 2:
        return np.zeros(len(seen.rows), bool)
    overlap = box_overlap(seen.boxes_px, seen.boxes_px)
    np.fill_diagonal(overlap, 0.0)
    return overlap.max(1) > CROWDED_OVERLAP
