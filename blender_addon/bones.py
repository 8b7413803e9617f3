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

_POINTS_AT = {
    "pelvis": "spine1",
    "spine3": "neck",
    "left_wrist": "left_middle1",
    "right_wrist": "right_middle1",
}
"""Which child a bone ends on where there are several."""

_LOOKS_AHEAD_M = {
    "left_foot": 0.07,
    "right_foot": 0.07,
    "jaw": 0.08,
    "left_eye": 0.03,
    "right_eye": 0.03,
}
"""Bones without a child that point forward, and their lengths."""

_LAST_LENGTH = {"head": 1.6}
"""Bones without a child that go straight on: their length as a multiple of the parent's."""

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
    name, children, parent = SMPLX.names[joint], SMPLX.children[joint], SMPLX.parents[joint]
    if name in _LOOKS_AHEAD_M:
        return _FORWARD * _LOOKS_AHEAD_M[name]
    if children and name != "head":
        child = SMPLX.index(_POINTS_AT[name]) if name in _POINTS_AT else children[0]
        return rest[child] - rest[joint]
    return (rest[joint] - rest[parent]) * _LAST_LENGTH.get(name, 0.8)


def _side(name: str) -> Array:
    """The direction a bone's Z axis leans to, so that X comes out as the hinge."""
    is_hand = name.endswith(("wrist", "1", "2", "3")) and not name.startswith("spine")
    return _UP if is_hand or name in _LOOKS_AHEAD_M else _FORWARD
