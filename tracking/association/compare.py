"""All that tells who a detection is, summed."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .detections import Seen
from .evidence import hint_ratio, look_ratio, pose_ratio, root_ratio, shape_ratio
from .motion import UNKNOWN_VARIANCE
from .roster import POSE_GONE_S, Roster


def log_ratios(people: Roster, seen: Seen, gap_s: Array) -> Array:
    """(T, P) nats for each pair; people were last seen (T,) s ago. Terms that say nothing are
    left out."""
    variance = people.motion[:, 2]
    if not people.placed.all():
        variance = np.where(people.placed[:, None], variance, UNKNOWN_VARIANCE)
    ratios = root_ratio(people.motion[:, 0], variance, seen.places, seen.noise)
    if seen.posed.any() and gap_s.min() < POSE_GONE_S:
        ratios += pose_ratio(people.last.body, seen.body, gap_s) * seen.posed
    if seen.shaped.any() and people.builds.known.any():
        ratios += seen.shaped * shape_ratio(people.builds, seen.betas, seen.views, seen.shape_noise)
    if seen.looked.any() and people.looked.any():
        ratios += look_ratio(people.look, people.looked, seen.looks, seen.looked)
    if seen.engine_ids.max() >= 0:
        ratios += hint_ratio(people.last.engine_ids, seen.engine_ids)
    return ratios
