"""What people who stand tell of up and of the floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX

ANKLE_HEIGHT_M, FOOT_HEIGHT_M = 0.08, 0.027
"""Of an adult's ankle and toe-base joints above the floor they stand on."""

STRAIGHT_COS = float(np.cos(np.radians(30)))
"""Bones of the legs within this of one direction belong to somebody who stands."""

LARGEST_TILT_COS = float(np.cos(np.radians(60)))
"""Somebody who leans more than this against the image does not tell where up is."""

SURELY_SEEN = 0.5
"""Joints of less visibility are guesses."""

_LEGS = SMPLX.indices(
    "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee", "right_ankle"
)
_ANKLES, _FEET = (
    SMPLX.indices("left_ankle", "right_ankle"),
    SMPLX.indices("left_foot", "right_foot"),
)
_LEVEL = np.array([1.0, 0.0, 1.0])


def standing_up(
    joints: Array, rest_joints: Array, root: Array, visibility: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Along the legs of those who stand on them straight, in the camera frame.

    Trunks lean, and more so in what a camera sees of them; legs carry.

    Args:
        joints: (P, 55, 3) m in the camera frame, from any origin.
        rest_joints: (P, 55, 3) m.
        root: (P, 3, 3) global rotation of the pelvis.
        visibility: (P, 55) 0..1.

    Returns:
        (P, 3) unit vectors, and (P,) whose can be believed.
    """
    legs = joints[:, _LEGS].reshape(-1, 2, 3, 3)
    rest = rest_joints[:, _LEGS].reshape(-1, 2, 3, 3)
    ahead = (rest[:, :, 0] - rest[:, :, 2]).mean(1) * _LEVEL  # hips stand before ankles at rest
    lean = (root @ ahead[:, :, None])[:, :, 0]
    up = normalize((legs[:, :, 0] - legs[:, :, 2]).mean(1) - lean)
    bones = normalize(legs[:, :, :2] - legs[:, :, 1:]).reshape(-1, 4, 3)
    straight = (bones @ up[:, :, None])[:, :, 0].min(1, initial=1.0) >= STRAIGHT_COS
    seen = visibility[:, _LEGS].min(1, initial=1.0) > SURELY_SEEN
    return up, seen & straight & (-up[:, 1] >= LARGEST_TILT_COS)


def lowest_soles(joints: Array, visibility: Array, up: Array) -> tuple[Array, NDArray[np.bool_]]:
    """(P, 3) the lowest point under ankles and toes, where `joints` are, and (P,) who shows both
    ankles."""
    ankles, feet = joints[:, _ANKLES] - ANKLE_HEIGHT_M * up, joints[:, _FEET] - FOOT_HEIGHT_M * up
    below = np.concatenate([ankles, feet], 1)
    lowest = (below @ up).argmin(1)
    seen = visibility[:, _ANKLES].min(1, initial=1.0) > SURELY_SEEN
    return below[np.arange(len(below)), lowest], seen
