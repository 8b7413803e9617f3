"""All that tells who a detection is, summed."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .detections import Seen
from .evidence import hint_ratio, look_ratio, pose_ratio, root_ratio, shape_ratio
from .roster import Roster


def log_ratios(people: Roster, seen: Seen, gap_s: Array) -> Array:
    """(T, P) nats for each pair; people were last seen (T,) s ago."""
    ratios = root_ratio(people.motion[:, 0], people.motion[:, 2], seen.places, seen.noise)
    ratios *= people.placed[:, None]
    posed, shaped, looked = np.logical_or.reduce(seen.told)
    if posed:
        ratios += pose_ratio(people.last.body, seen.body, gap_s) * seen.posed
    if shaped:
        ratios += seen.shaped * shape_ratio(
            people.builds, seen.betas, seen.products, seen.shape_noise
        )
    if looked:
        ratios += look_ratio(people.look, people.looked, seen.looks, seen.looked)
    if seen.engine_ids.max() >= 0:
        ratios += hint_ratio(people.last.engine_ids, seen.engine_ids)
    return ratios
