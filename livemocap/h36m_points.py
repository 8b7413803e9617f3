"""Where the 17 points of Human3.6M lie on a skeleton of SMPL-X's joints.

Its hips are wider apart than ours, its root is between them, its spine and thorax are points of
the trunk, and of the head it has two points only. Proportions are those of its subjects: hips
133 mm from the root, thighs 443 mm, spine 233 mm and thorax 490 mm above the root, neck 121 mm
and head 115 mm further on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .lifter import H36M17
from .rotation import Array
from .skeleton import SMPLX

HIP_WIDTH_OF_THIGH = 0.30
"""How far each hip is from the root, as a share of the thigh's length."""

SPINE_OF_TRUNK = 0.476
"""How far up the spine point is between the root and the thorax."""

NECK_ABOVE_THORAX = (0.0, 0.215, 0.125)
HEAD_ABOVE_THORAX = (0.0, 0.44, 0.085)
"""Right, up and forwards at rest, as shares of the distance from root to thorax. The neck is a
point below the chin, the head is its middle."""

CARRIED_BY = {
    "hip": "pelvis", "right_hip": "pelvis", "left_hip": "pelvis",
    "spine": "spine2", "thorax": "spine3", "neck": "head", "head": "head",
}  # fmt: skip
"""The joint that each such point moves with; all others are joints of ours themselves."""

_CARRIER = SMPLX.indices(*(CARRIED_BY.get(name, name) for name in H36M17.names))
_HIPS, _KNEES = SMPLX.indices("left_hip", "right_hip"), SMPLX.indices("left_knee", "right_knee")
_SHOULDERS = SMPLX.indices("left_shoulder", "right_shoulder")


def hip_share(rest_joints: ArrayLike) -> Array:
    """(..., 55, 3) m at rest to (...,): how far out our hips are on the line to Human3.6M's."""
    rest = np.asarray(rest_joints)
    width = _length(rest[..., _HIPS[0], :] - rest[..., _HIPS[1], :]) / 2
    thigh = _length(rest[..., _KNEES, :] - rest[..., _HIPS, :]).mean(-1)
    return width / (HIP_WIDTH_OF_THIGH * thigh)


def h36m_at_rest(rest_joints: ArrayLike) -> Array:
    """(..., 55, 3) m at rest, facing +Z with +Y up, to the (..., 17, 3) points m."""
    rest = np.asarray(rest_joints)
    points = rest[..., _CARRIER, :].copy()
    root = rest[..., _HIPS, :].mean(-2)
    thorax = rest[..., _SHOULDERS, :].mean(-2)
    trunk = _length(thorax - root)[..., None]
    hips = H36M17.indices("left_hip", "right_hip")
    out = rest[..., _HIPS, :] - root[..., None, :]
    points[..., hips, :] = root[..., None, :] + out / hip_share(rest)[..., None, None]
    points[..., H36M17.index("hip"), :] = root
    points[..., H36M17.index("spine"), :] = root + SPINE_OF_TRUNK * (thorax - root)
    points[..., H36M17.index("thorax"), :] = thorax
    points[..., H36M17.index("neck"), :] = thorax + trunk * NECK_ABOVE_THORAX
    points[..., H36M17.index("head"), :] = thorax + trunk * HEAD_ABOVE_THORAX
    return points


def h36m_positions(world: ArrayLike, joints: ArrayLike, rest_joints: ArrayLike) -> Array:
    """The points of somebody in a pose.

    Args:
        world: (..., 55, 3, 3) global rotations.
        joints: (..., 55, 3) m, where the joints are.
        rest_joints: (..., 55, 3) m.

    Returns:
        (..., 17, 3) m in the frame of `world` and `joints`.
    """
    rest = np.asarray(rest_joints)
    offsets = h36m_at_rest(rest) - rest[..., _CARRIER, :]
    turned = (np.asarray(world)[..., _CARRIER, :, :] @ offsets[..., None])[..., 0]
    return np.asarray(joints)[..., _CARRIER, :] + turned


def _length(v: Array) -> Array:
    return np.sqrt((v**2).sum(-1))
