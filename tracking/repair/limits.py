"""Joints turned as no body can be: brought back to the limit of what is possible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array, quat_from_rotvec
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..people import IMPLAUSIBLE, People
from ..rotations import global_body, local_body, part_of, product

LIMITS_DEG = {
    "spine1": 75.0,
    "spine2": 75.0,
    "spine3": 75.0,
    "neck": 95.0,
    "head": 90.0,
    "left_collar": 80.0,
    "right_collar": 80.0,
    "left_knee": 172.0,
    "right_knee": 172.0,
    "left_elbow": 172.0,
    "right_elbow": 172.0,
    "left_wrist": 125.0,
    "right_wrist": 125.0,
    "left_ankle": 110.0,
    "right_ankle": 110.0,
}
"""The largest turn from the rest pose. Generous: about one and a half times what textbooks give
for one axis alone, as a dancer bends about several, and a rest pose is an engine's own."""

HINGES = {
    "left_knee": (1.0, 0.0, 0.0),
    "right_knee": (1.0, 0.0, 0.0),
    "left_elbow": (0.0, -1.0, 0.0),
    "right_elbow": (0.0, 1.0, 0.0),
}
"""The axis about which each bends, in the rest pose with its palms down."""

HYPEREXTENSION_DEG = 45.0
"""How far the wrong way a hinge may seem to go: a straight limb and an estimator's usual error."""

REPAIRED_VISIBILITY = 0.3
"""Of its visibility, what a joint keeps that was brought back, and what hangs on it."""

_MOST_RAD = np.radians([LIMITS_DEG.get(name, 180.0) for name in SMPLX.names[:BODY_JOINTS]])
_LEAST_COSINE = np.where(_MOST_RAD < 3.14, np.cos(_MOST_RAD / 2), -1.0)
HINGE_JOINTS = np.array(SMPLX.indices(*HINGES))
_HINGE_AXES = np.array(list(HINGES.values()))
_BACKWARD = np.tan(np.radians(HYPEREXTENSION_DEG) / 2)
_SUM3 = np.ones(3)


class Limits:
    """Mends impossible joints; a Stage from People to People that needs no memory."""

    look_ahead_s = 0.0

    def __init__(self) -> None:
        self.counts = {"implausible": 0}
        """Sightings of people that were mended."""

    def push(self, item: People) -> list[People]:
        """See Stage."""
        local = local_body(item.pose_wxyz)
        beyond = np.abs(local[..., 0]) < _LEAST_COSINE
        sine, cosine = _hinges(local)
        backward = sine < -_BACKWARD * cosine
        if not (beyond.any() or backward.any()):
            return [item]
        return [self._mended(item, local, beyond, backward)]

    def _mended(
        self,
        item: People,
        local: Array,
        beyond: NDArray[np.bool_],
        backward: NDArray[np.bool_],
    ) -> People:
        """Bring joints that are `beyond` (P, 22), hinges that are `backward` (P, 4), back."""
        mended = beyond.copy()
        mended[:, HINGE_JOINTS] |= backward
        _bend_back(local, backward)
        angle = 2 * np.arccos(np.minimum(np.abs(local[..., 0]), 1.0))
        local = part_of(local, np.minimum(_MOST_RAD / np.maximum(angle, 1e-9), 1.0))
        who = mended.any(1)
        pose, visibility = item.pose_wxyz.copy(), item.visibility.copy()
        pose[who, :BODY_JOINTS] = global_body(local[who])
        visibility[:, :BODY_JOINTS][mended] *= REPAIRED_VISIBILITY
        repairs = item.repairs.copy()
        repairs[who] |= IMPLAUSIBLE
        self.counts["implausible"] += int((who & item.seen).sum())
        return replace(item, pose_wxyz=pose, visibility=visibility, repairs=repairs)

    def flush(self) -> list[People]:
        """See Stage."""
        return []

    def reset(self) -> None:
        """See Stage."""


def _hinges(local: Array) -> tuple[Array, Array]:
    """(P, 4) sine and cosine of half the turn of each knee and elbow about its hinge, times one
    common factor; the cosine is not negative."""
    hinge = local[:, HINGE_JOINTS]
    cosine = hinge[..., 0]
    along = (hinge[..., 1:] * _HINGE_AXES) @ _SUM3
    return along * np.copysign(1.0, cosine), np.abs(cosine)


def _bend_back(local: Array, backward: NDArray[np.bool_]) -> None:
    """Turn hinges that are `backward` (P, 4) to the limit, in place."""
    sine, cosine = _hinges(local)
    rows, which = np.nonzero(backward)
    turn = -np.radians(HYPEREXTENSION_DEG) - 2 * np.arctan2(sine, cosine)[rows, which]
    joints = HINGE_JOINTS[which]
    back = quat_from_rotvec(turn[:, None] * _HINGE_AXES[which])
    local[rows, joints] = product(local[rows, joints], back)
