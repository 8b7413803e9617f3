"""What two poses a moment apart say about being one person's."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from ..association.evidence import POSE_DRIFT_M, POSE_FADE_S, POSE_OTHER_M, POSE_SAME_M

LEAST, MOST = -4.0, 2.0
"""Nats: an occluded pose is wrong in all of its joints at once."""


def pose_ratio(bodies: Array, others: Array, gap_s: Array) -> Array:
    """(...) nats from (..., 22, 3) and (..., 22, 3) m, joints from the pelvis, `gap_s` apart.

    Poses tell people apart for some tenths of a second.
    """
    apart_m = np.sqrt(((bodies - others) ** 2).sum(-1)).mean(-1)
    fade = np.exp(-gap_s / POSE_FADE_S)
    same_m = POSE_SAME_M + POSE_DRIFT_M * (1 - fade)
    sharper = POSE_OTHER_M / same_m
    ratio = 2 * np.log(sharper) - 0.5 * (apart_m / POSE_OTHER_M) ** 2 * (sharper**2 - 1)
    return np.clip(ratio, LEAST, MOST) * fade
