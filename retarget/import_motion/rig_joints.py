"""Which bone of a recorded skeleton is which joint, and how its rest differs from our T-pose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, geodesic
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..rigs.calibrate import calibrate, calibration_plan
from ..rigs.joint_map import JointMap, Match
from ..rigs.mapping import map_joints
from ..rigs.presets import Preset
from ..rigs.skeleton import RigSkeleton
from .upright import turn_upright

_NEEDED = {"pelvis", "head"} | {
    f"{side}_{part}"
    for side in ("left", "right")
    for part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
}
"""With these there is no need to look at a skeleton another way."""
_BIG_M = 1.7
_SAME_POSE_DEG = 15.0
"""Limbs of different people in T-pose differ by less."""
_FARTHEST_DEG = {"shoulder": 110.0, "elbow": 110.0, "hip": 60.0, "knee": 60.0}
"""From the T-pose: arms may hang down, legs may be apart."""
_T_POSE_DEG = 25.0
_LIMBS = [
    SMPLX.index(name)
    for side in ("left", "right")
    for name in (f"{side}_shoulder", f"{side}_elbow", f"{side}_hip", f"{side}_knee")
]


def map_of(poses: Sequence[RigSkeleton], by_hand: Preset | None = None) -> JointMap:
    """What a person says; else what names and shape tell.

    Args:
        poses: the skeleton as it may be made sense of, the likeliest first, of any unit, any axis
            up.
    """
    if by_hand is not None:
        matches = {j: Match(bone, 1.0) for j, bone in by_hand.bones.items() if bone is not None}
        missing = tuple(joint for joint in SMPLX.names if joint not in matches)
        return JointMap(matches=matches, missing=missing, preset=by_hand.name)
    if has_our_names(poses[0]):
        own = {name: Match(name, 1.0) for name in SMPLX.names if name in poses[0].rows}
        missing = tuple(name for name in SMPLX.names if name not in own)
        return JointMap(matches=own, missing=missing, preset="smplx")
    best = JointMap(matches={})
    for skeleton in poses:
        for turn in (np.eye(3), turn_upright("+Z")):
            found = map_joints(_as_a_person(skeleton, turn))
            if found.bones.keys() >= _NEEDED:
                return found
            best = max(best, found, key=lambda joint_map: len(joint_map.matches))
    return best


def _as_a_person(skeleton: RigSkeleton, turn: Array) -> RigSkeleton:
    """As big as one: the unit is found out later, when legs are known."""
    size = float(np.ptp(skeleton.heads, axis=0).max())
    scale = _BIG_M / size if size > 0 else 1.0
    return replace(
        skeleton,
        heads=scale * skeleton.heads @ turn.T,
        tails=scale * skeleton.tails @ turn.T,
        axes=turn @ skeleton.axes,
    )


def calibration_of(rest: RigSkeleton, rows: Mapping[int, int], rest_joints: ArrayLike) -> Array:
    """(55, 3, 3) C as in `retarget.rigs.calibrate`.

    A skeleton that calls its joints as SMPL-X does and stands in a T-pose is SMPL-X: what its
    limbs differ by from those of `rest_joints` is another person's body, no other rest pose.
    """
    # soles are level in both poses, however high ankles lie over toes
    C = calibrate(calibration_plan(rest, rows, flat_feet=True), rest_joints)
    off_deg = np.degrees(geodesic(np.eye(3), C[[0, *_LIMBS]]))
    if has_our_names(rest) and off_deg.max() < _SAME_POSE_DEG:
        return np.broadcast_to(np.eye(3), C.shape)
    return C


def is_no_person(calibration: Array, rows: Mapping[int, int]) -> bool:
    """Whether limbs rest so far from a T-pose that nobody rests so: files whose bones all point
    the same way say nothing of how limbs are twisted."""
    off_deg = _off_deg(calibration)
    limits = {joint: _FARTHEST_DEG[SMPLX.names[joint].rpartition("_")[2]] for joint in _LIMBS}
    return any(off_deg[joint] > limits[joint] for joint in _LIMBS if joint in rows)


def is_t_pose(calibration: Array, rows: Mapping[int, int]) -> bool:
    """Whether limbs rest as in a T-pose, as far as people can stand in one."""
    off_deg = _off_deg(calibration)
    return all(off_deg[joint] < _T_POSE_DEG for joint in _LIMBS if joint in rows)


def _off_deg(calibration: Array) -> Array:
    """(55,) from the T-pose, whichever way the person faces."""
    return np.degrees(geodesic(calibration[0], calibration))


def has_our_names(skeleton: RigSkeleton) -> bool:
    """Whether it has all joints of SMPL-X's body, by their own names."""
    return set(SMPLX.names[:BODY_JOINTS]) <= set(skeleton.names)
