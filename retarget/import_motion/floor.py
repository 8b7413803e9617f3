"""Where the floor is under recorded people."""

from __future__ import annotations

import numpy as np

from livemocap.skeleton import SMPLX

from ..motion import PersonMotion

_ABOVE_SOLE = {"foot": 0.031, "ankle": 0.09}
"""How high joints are above the sole, as a part of thigh and shin."""
_LOWEST_PERCENT = 2
"""Of all frames, so many may be below the floor: a few of them are always wrong."""


def floor_height(motion: PersonMotion) -> float:
    """Where the soles are when they are lowest, m."""
    names = [f"{side}_{part}" for part in _ABOVE_SOLE for side in ("left", "right")]
    drops = [_leg(motion) * _ABOVE_SOLE[name.partition("_")[2]] for name in names]
    soles = motion.joints()[:, SMPLX.indices(*names), 1] - drops
    return float(np.percentile(soles.min(-1), _LOWEST_PERCENT))


def _leg(motion: PersonMotion) -> float:
    """Thigh and shin, m."""
    leg = motion.rest_joints[SMPLX.indices("left_hip", "left_knee", "left_ankle")]
    return float(np.linalg.norm(np.diff(leg, axis=0), axis=-1).sum())
