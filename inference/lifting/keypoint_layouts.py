"""Keypoints of other detectors as the 17 of COCO."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from livemocap.lifter import H36M17
from livemocap.rotation import Array
from livemocap.skeleton import COCO17

_OPENPOSE18 = (
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist "
    "right_hip right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear "
    "left_ear"
)
_BODY25 = (
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist hip "
    "right_hip right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear "
    "left_ear left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"
)

LAYOUTS: dict[str, tuple[str, ...]] = {
    "coco": COCO17,
    "openpose18": tuple(_OPENPOSE18.split()),
    "body25": tuple(_BODY25.split()),
    "h36m": tuple("nose" if name == "neck" else name for name in H36M17.names),
}
"""Names in order. Human3.6M's ninth point, between neck and nose, stands for the nose."""

BEGIN_WITH_COCO = (26, 68, 133, 136)
"""How many points the layouts have whose first 17 are COCO's: Halpe and whole bodies."""


def layout_of(points: int) -> str | None:
    """Which layout has so many points; None if none has. 17 are COCO's."""
    if points in BEGIN_WITH_COCO:
        return "coco"
    return next((name for name, names in LAYOUTS.items() if len(names) == points), None)


def coco_from(keypoints: ArrayLike, layout: str) -> Array:
    """(..., K, 3) x, y and confidence of a layout to (..., 17, 3) float32 of COCO.

    What the layout lacks, what is not finite and what lies at 0 0 (which is how detectors write
    that they saw nothing) is 0 with confidence 0; confidences end at 1.
    """
    theirs = np.asarray(keypoints, float)
    names = LAYOUTS[layout]
    found = np.zeros((*theirs.shape[:-2], len(COCO17), 3), np.float32)
    for ours, name in enumerate(COCO17):
        if name in names:
            found[..., ours, :] = theirs[..., names.index(name), :]
    known = np.isfinite(found).all(-1) & (found[..., 2] > 0) & found[..., :2].any(-1)
    found[~known] = 0
    found[..., 2] = np.minimum(found[..., 2], 1)
    return found
