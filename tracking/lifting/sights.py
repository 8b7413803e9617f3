"""What a lifter is shown of an image's people."""

from __future__ import annotations

import numpy as np

from livemocap.lifter import Lifted, Sight, coco_keypoints
from livemocap.rotation import Array

from ..people import People, carried

LIFTED_JOINTS = 17


def sight_of(people: People) -> Sight:
    """Everybody, by key; whoever is not seen is named, so that they are not forgotten."""
    frame, seen = people.frame, people.seen
    keypoints = np.zeros((len(people.keys), 17, 3), np.float32)
    keypoints[seen] = coco_keypoints(frame.keypoints_px, frame.keypoint_layout)[people.rows[seen]]
    return Sight(
        t_s=people.t_s,
        keys=people.keys,
        keypoints_px=keypoints,
        K=frame.K,
        size_px=(frame.width, frame.height),
    )


def checked(lifted: Lifted) -> Lifted:
    """The same.

    Raises:
        ValueError: it has not one pose of H36M17 for each key.
    """
    if lifted.joints.shape != (len(lifted.keys), LIFTED_JOINTS, 3):
        raise ValueError(
            f"joints have shape {lifted.joints.shape}, expected "
            f"({len(lifted.keys)}, {LIFTED_JOINTS}, 3)"
        )
    return lifted


def joints_for(people: People, lifted: Lifted | None) -> Array:
    """(P, 17, 3) m in the order of `people`, NaN for whom nothing is known."""
    joints = np.full((len(people.keys), LIFTED_JOINTS, 3), np.nan)
    if lifted is not None:
        rows = carried(lifted.keys, people.keys)
        joints[rows >= 0] = lifted.joints[rows[rows >= 0]]
    return joints
