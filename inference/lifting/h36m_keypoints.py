"""Human3.6M's 17 points in 2D, made up from COCO's: for nets that learnt from those.

Human3.6M's detectors see the trunk and the head's top, COCO's do not. Points of the trunk are
between hips and shoulders; the head's top is as far beyond the ears as heads reach.
"""

from __future__ import annotations

import numpy as np

from livemocap.lifter import H36M17
from livemocap.rotation import Array
from livemocap.skeleton import COCO17

_BEYOND_EARS = 0.35
"""Of the way from the shoulders' middle to the ears'."""

_MIXED: dict[str, dict[str, float]] = {
    "hip": {"left_hip": 0.5, "right_hip": 0.5},
    "spine": {"left_hip": 0.25, "right_hip": 0.25, "left_shoulder": 0.25, "right_shoulder": 0.25},
    "thorax": {"left_shoulder": 0.5, "right_shoulder": 0.5},
    "neck": {"nose": 1.0},
    "head": {
        "left_ear": (1 + _BEYOND_EARS) / 2,
        "right_ear": (1 + _BEYOND_EARS) / 2,
        "left_shoulder": -_BEYOND_EARS / 2,
        "right_shoulder": -_BEYOND_EARS / 2,
    },
}


def _shares() -> Array:
    """(17, 17) how much of each point of COCO is in each of Human3.6M."""
    shares = np.zeros((len(H36M17.names), len(COCO17)), np.float32)
    for row, name in enumerate(H36M17.names):
        for theirs, share in _MIXED.get(name, {name: 1.0}).items():
            shares[row, COCO17.index(theirs)] = share
    return shares


H36M_FROM_COCO = _shares()
"""(17, 17), for points (..., 17, 2)."""
