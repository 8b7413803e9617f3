"""Where the 17 points of Human3.6M lie on a skeleton of SMPL-X's joints.

Its hips are wider apart than ours, its root is between them, its spine and thorax are points along
the back, its thorax above the shoulders, and of the head it has two points: one at the face, one
at the crown's back. The shares below are of somebody of Human3.6M who stands upright.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .lifter import H36M17
from .rotation import Array
from .skeleton import SMPLX

HIP_WIDTH_OF_THIGH = 0.30
"""How far each hip is from the root, as a share of the thigh's length."""

SPINE = (0.0, 0.54, -0.07)
"""Left, up and forwards at rest: from the root, as shares of the trunk, which is the distance
from the root to the middle of the shoulders."""

THORAX = (0.0, 0.18, -0.02)
"""Likewise, from the middle of the shoulders."""

NECK = (0.0, 0.24, 0.14)
HEAD = (0.0, 0.22, -0.17)
"""Likewise: the point at the face from the thorax, and the point of the crown from there."""

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
    root, middle = rest[..., _HIPS, :].mean(-2), rest[..., _SHOULDERS, :].mean(-2)
    trunk = _length(middle - root)[..., None]
    thorax = middle + trunk * THORAX
    hips = H36M17.indices("left_hip", "right_hip")
    out = rest[..., _HIPS, :] - root[..., None, :]
    points[..., hips, :] = root[..., None, :] + out / hip_share(rest)[..., None, None]
    points[..., H36M17.index("hip"), :] = root
    points[..., H36M17.index("spine"), :] = root + trunk * SPINE
    points[..., H36M17.index("thorax"), :] = thorax
    points[..., H36M17.index("neck"), :] = thorax + trunk * NECK
    points[..., H36M17.index("head"), :] = thorax + trunk * np.add(NECK, HEAD)
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
