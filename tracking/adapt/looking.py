"""How far people, as they are shown, are from where the evidence has them."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, matrix_from_quat
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..association.motion import pelvis_of
from ..people import People
from .evidence import POINT_JOINTS
from .proportions import bones_at_rest
from .solve import OUTLIER, POINT_M

_PARENTS = SMPLX.bone_parents[: BODY_JOINTS - 1]
_CHAINS = SMPLX.chains[POINT_JOINTS][:, : BODY_JOINTS - 1]


def shown_errors(people: People, rows: Array, points: Array, sure: Array) -> Array:
    """(N,) mean distance of the points of people of `rows` (N,) from (N, 12, 2) where they are
    seen, in solve.POINT_M and robust, after all of somebody's are moved as one."""
    rotations = matrix_from_quat(people.pose_wxyz[rows, :BODY_JOINTS])
    bones = bones_at_rest(people.rest_joints[rows])
    steps = (rotations[:, _PARENTS] @ bones[..., None])[..., 0]
    pelvis = pelvis_of(people.places[rows])
    joints = _CHAINS @ steps + pelvis[:, None]
    off = joints[..., :2] / np.maximum(joints[..., 2:], 0.1) - points
    off *= pelvis[:, None, 2:] / POINT_M
    total = sure.sum(1)[:, None]
    off -= ((off * sure[..., None]).sum(1) / total)[:, None]
    squares = (off**2).sum(-1)
    return (sure * np.sqrt(squares / (1 + squares / OUTLIER**2))).sum(1) / total[:, 0]
