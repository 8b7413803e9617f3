"""Quaternion products and mirrored poses in few NumPy calls, for everybody at once."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX

from .people import Ints

PARENTS = np.array(SMPLX.parents[1:BODY_JOINTS])
"""(21,) of the body's joints but the pelvis."""

MIRROR = SMPLX.mirror.astype(np.int64)
"""(55,) the joint of the other side, or the joint itself."""

IN_MIRROR = np.array([1.0, 1.0, -1.0, -1.0])
"""A rotation seen in the mirror x -> -x has these signs."""

_SIGNS = np.array(
    # of w x y z (rows) of the product from each factor of the left quaternion
    [[1, -1, -1, -1], [1, 1, 1, -1], [1, -1, 1, 1], [1, 1, -1, 1]],
    float,
)
_FROM = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])


def _table(conjugate: bool) -> Array:
    """(16, 4) the product of two quaternions from the products of their entries."""
    table = np.zeros((4, 4, 4))
    for entry in range(4):
        for left in range(4):
            sign = _SIGNS[entry, left] * (-1 if conjugate and left else 1)
            table[left, _FROM[entry, left], entry] = sign
    return table.reshape(16, 4)


_PRODUCT, _RELATIVE = _table(False), _table(True)


def product(a_wxyz: Array, b_wxyz: Array) -> Array:
    """The rotation b, then a, both (..., 4) of the same shape."""
    entries = (a_wxyz[..., :, None] * b_wxyz[..., None, :]).reshape(-1, 16)
    return (entries @ _PRODUCT).reshape(b_wxyz.shape)


def relative(a_wxyz: Array, b_wxyz: Array) -> Array:
    """What follows b from a: the inverse of a, times b; both (..., 4) of the same shape."""
    entries = (a_wxyz[..., :, None] * b_wxyz[..., None, :]).reshape(-1, 16)
    return (entries @ _RELATIVE).reshape(b_wxyz.shape)


def local_body(pose_wxyz: Array) -> Array:
    """(P, 55, 4) of People to (P, 22, 4): the pelvis in the camera frame, the rest to parents."""
    local = pose_wxyz[:, :BODY_JOINTS].copy()
    local[:, 1:] = relative(pose_wxyz.take(PARENTS, 1), pose_wxyz[:, 1:BODY_JOINTS])
    return local


def global_body(local_wxyz: Array) -> Array:
    """The inverse of `local_body`, for the body's 22."""
    world = local_wxyz.copy()
    for joints, parents in SMPLX.levels:
        if joints[0] < BODY_JOINTS:
            kept = joints < BODY_JOINTS
            inner = joints[kept]
            world[:, inner] = product(world[:, parents[kept]], local_wxyz[:, inner])
    return world


HALF_TURN: Ints = np.array([2, 3, 0, 1])
HALF_TURN_SIGNS = np.array([-1.0, -1.0, 1.0, 1.0])
"""Entries, and their signs, of a rotation that comes after half a turn about up (y)."""


def twin(pose_wxyz: Array) -> Array:
    """(P, 55, 4) of somebody seen the wrong way round: left and right exchanged, and the pelvis
    turned by half a turn about its own up axis. Twice gives the pose back."""
    pose = pose_wxyz[:, MIRROR] * IN_MIRROR
    root = np.repeat(pose_wxyz[:, :1], BODY_JOINTS, 1)
    inner = relative(root, pose_wxyz[:, :BODY_JOINTS])[:, MIRROR[:BODY_JOINTS]] * IN_MIRROR
    pose[:, :BODY_JOINTS] = product(root[..., HALF_TURN] * HALF_TURN_SIGNS, inner)
    return pose


def part_of(rotation_wxyz: Array, fraction: Array) -> Array:
    """(..., 4) the same turn, only `fraction` (...) of its angle, by the shorter way."""
    sign = np.copysign(1.0, rotation_wxyz[..., :1])
    vector = rotation_wxyz[..., 1:] * sign
    sine = np.sqrt((vector * vector).sum(-1))
    half = np.arctan2(sine, rotation_wxyz[..., 0] * sign[..., 0]) * fraction
    scale = np.sin(half) / np.maximum(sine, 1e-12)
    return np.concatenate([np.cos(half)[..., None], vector * scale[..., None]], -1)
