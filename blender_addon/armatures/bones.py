# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Blender's bones lie for a person's joints, and how joint rotations become theirs.

Pure NumPy. One bone a joint, its head on the joint. Axes as Blender has them: Y along the bone;
X is the hinge (knees, elbows and fingers bend about it), so that curves are easy to read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from livemocap.coords import R_BLENDER_WORLD, blender_from_world
from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX
from retarget.tips import tip_offset

_POINTS_AT = {
    "pelvis": "spine1",
    "spine3": "neck",
    "left_wrist": "left_middle1",
    "right_wrist": "right_middle1",
}
"""Which child a bone ends on where there are several."""

_LEANS_UP = ("wrist", "1", "2", "3", "foot", "jaw", "eye")
"""Bones that lie flat and hinge about a level axis square to the others'."""

_HEAD_LENGTH = 1.6
"""The head's bone goes straight on to the crown: its length as a multiple of the neck's."""

_SHORTEST_M = 0.005
"""Blender silently drops bones of no length."""

_FORWARD, _UP = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class BoneLayout:
    """55 bones at rest, in Blender's axes, metres."""

    heads: Array
    """(55, 3), where the rest joints are, standing on the floor over the origin."""
    tails: Array
    """(55, 3)."""
    axes: Array
    """(55, 3, 3), columns are the bone's x, y, z."""

    @property
    def rest_axes(self) -> Array:
        """(55, 3, 3) takes a world vector to the bone's own axes."""
        return np.swapaxes(self.axes, -1, -2) @ R_BLENDER_WORLD

    def basis_rotations(self, local_wxyz: ArrayLike) -> Array:
        """Parent-relative joint rotations (..., 55, 4) to pose-bone rotation_quaternion.

        The rest joints' frames are world-aligned, so changing axes is all there is to do.
        """
        q = np.asarray(local_wxyz)
        turned = np.matmul(self.rest_axes, q[..., 1:, None])[..., 0]
        return np.concatenate([q[..., :1], turned], -1)

    def root_location(self, pelvis: ArrayLike) -> Array:
        """World pelvis (..., 3) m to the first pose bone's location."""
        return (blender_from_world(pelvis) - self.heads[0]) @ self.axes[0]


def bone_layout(rest_joints: ArrayLike) -> BoneLayout:
    """Bones for a person's (55, 3) rest joints, m in world axes; the origin does not matter."""
    rest = standing(rest_joints)
    along = np.stack([_direction(rest, joint) for joint in range(len(SMPLX.names))])
    lengths = np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), _SHORTEST_M)
    y = np.where(lengths > _SHORTEST_M, normalize(along), _UP)
    side = np.stack([_side(name) for name in SMPLX.names])
    x = normalize(np.cross(y, side))
    axes = np.stack([x, y, np.cross(x, y)], -1)
    return BoneLayout(
        heads=blender_from_world(rest),
        tails=blender_from_world(rest + y * lengths),
        axes=R_BLENDER_WORLD @ axes,
    )


def standing(rest_joints: ArrayLike) -> Array:
    """(55, 3) moved so that the pelvis is over the origin and the lowest joint on the floor."""
    rest = np.array(rest_joints, float)
    return rest - [rest[0, 0], rest[:, 1].min(), rest[0, 2]]


def _direction(rest: Array, joint: int) -> Array:
    """(3,) from a joint to its bone's tail, m."""
    name, children = SMPLX.names[joint], SMPLX.children[joint]
    if name == "head":
        return _HEAD_LENGTH * (rest[joint] - rest[SMPLX.parents[joint]])
    if not children:
        return tip_offset(rest, joint)
    child = SMPLX.index(_POINTS_AT[name]) if name in _POINTS_AT else children[0]
    return rest[child] - rest[joint]


def _side(name: str) -> Array:
    """The direction a bone's Z axis leans to, so that X comes out as the hinge."""
    return _UP if name.endswith(_LEANS_UP) and not name.startswith("spine") else _FORWARD
