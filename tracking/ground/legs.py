"""Where hips, knees, ankles and toes are, seen from the pelvis: forward kinematics of the legs."""

from __future__ import annotations

import math

import numpy as np

from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import SMPLX

LEG_JOINTS = np.array(
    SMPLX.indices(
        *(f"{s}_{name}" for name in ("hip", "knee", "ankle", "foot") for s in ("left", "right"))
    )
)
"""(8,) hips, knees, ankles and toes; of each the left one first."""
FEET = LEG_JOINTS[4:]
"""(4,) ankles and toes, as `feet_of` has them."""
_CARRIERS = np.array(SMPLX.parents)[LEG_JOINTS]

LEVEL_UP = np.array([0.0, -1.0, 0.0])
"""Of a level camera."""
UPRIGHT_COS = 0.5
"""Who leans more than this against what is thought to be up does not tell where it is."""


def leg_turns(pose_wxyz: Array) -> Array:
    """(..., 55, 4) of People to (..., 8, 3, 3): what carries each joint of the legs."""
    return matrix_from_quat(pose_wxyz.take(_CARRIERS, -2))


def leg_joints(turns: Array, rest_joints: Array) -> Array:
    """From the pelvis to the joints of the legs, in the camera's frame.

    Args:
        turns: (..., 8, 3, 3) of `leg_turns`.
        rest_joints: (..., 55, 3) m.

    Returns:
        (..., 4, 2, 3) m: hip, knee, ankle and toes of the left and right leg.
    """
    bones = rest_joints.take(LEG_JOINTS, -2) - rest_joints.take(_CARRIERS, -2)
    steps = (turns @ bones.astype(float, copy=False)[..., None])[..., 0]
    return steps.reshape(*steps.shape[:-2], 4, 2, 3).cumsum(-3)


def feet_of(legs: Array) -> Array:
    """(..., 4, 2, 3) of `leg_joints` to (..., 4, 3): left and right ankle, left and right toes."""
    return legs[..., 2:, :, :].reshape(*legs.shape[:-3], 4, 3)


def seen_up(up: Array, turns: Array, gain: float) -> Array:
    """(3,) unit: up as it was thought to be, and a little of what upright pelvises say of it.

    Args:
        up: (3,) unit.
        turns: (P, 8, 3, 3) of `leg_turns`; the first is the pelvis's.
        gain: 0..1 how much.
    """
    ups = turns[:, 0, :, 1]
    told = (ups @ up > UPRIGHT_COS) @ ups
    size = math.sqrt(float(told @ told))
    if size < UPRIGHT_COS:
        return up
    mixed = (1 - gain) * up + (gain / size) * told
    return mixed * (1 / math.sqrt(float(mixed @ mixed)))
