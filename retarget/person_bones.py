"""A person's joints as bones: where they lie at rest and how they are turned.

One bone a joint, its head on the joint. Y lies along the bone; X is the hinge (knees, elbows and
fingers bend about it), so that curves are easy to read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX

from .tips import tip_offset

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
class PersonBones:
    """55 bones at rest in the world (+Y up), in T-pose, standing on the floor over the origin."""

    heads: Array
    """(55, 3) m, the rest joints."""
    tails: Array
    """(55, 3) m."""
    axes: Array
    """(55, 3, 3), columns are the bone's x, y, z."""


def person_bones(rest_joints: ArrayLike) -> PersonBones:
    """Bones for a person's (55, 3) rest joints, m; the origin does not matter."""
    rest = standing(rest_joints)
    along = np.stack([_direction(rest, joint) for joint in range(len(SMPLX.names))])
    lengths = np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), _SHORTEST_M)
    y = np.where(lengths > _SHORTEST_M, normalize(along), _UP)
    side = np.stack([_side(name) for name in SMPLX.names])
    x = normalize(np.cross(y, side))
    return PersonBones(
        heads=rest, tails=rest + y * lengths, axes=np.stack([x, y, np.cross(x, y)], -1)
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
