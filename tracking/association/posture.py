"""Postures of many people at once, with few calls."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX, Skeleton

BODY = Skeleton(SMPLX.names[:BODY_JOINTS], SMPLX.parents[:BODY_JOINTS])
"""Without face and fingers."""

_PARTNER = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
_SIGN = np.array([[1, 1, 1, 1], [-1, 1, -1, 1], [-1, 1, 1, -1], [-1, -1, 1, 1]], np.float32)[
    :, :, None, None
]
"""Of a product of quaternions: entry i of the left times which of the right, and its sign, for
each entry of the product."""
_NEXT, _AFTER = np.array([1, 2, 0]), np.array([2, 0, 1])
"""Axes of a cross product."""
_CHAINS = BODY.chains.astype(np.float32)
_BONE_PARENTS = BODY.bone_parents


def _ancestors(steps: int) -> Array:
    """(22,) the joint so many steps above each, 22 beyond the root."""
    parents = [*(BODY_JOINTS if p < 0 else p for p in BODY.parents), BODY_JOINTS]
    above = list(range(BODY_JOINTS))
    for _ in range(steps):
        above = [parents[joint] for joint in above]
    return np.array(above)


_ABOVE = [_ancestors(1 << k) for k in range(len(BODY.levels).bit_length())]
"""A joint's rotation becomes the parent's times its own; then that of the two above times that of
both; then of four and four: long chains take few rounds."""


def postures(rotvecs: Array, rest_joints: Array) -> tuple[Array, Array, Array]:
    """What P people look like.

    Args:
        rotvecs: (P, 55, 3) float32 parent-relative axis-angle.
        rest_joints: (P, 55, 3) float32 m.

    Returns:
        The pose (P, 55, 4) wxyz with w >= 0: global rotations of the body's 22, parent-relative
        ones of the rest. Then (P, 66) float32 m, the body's joints from the pelvis, all x before
        all y and z. Then (P, 3), which way people face.
    """
    pose = _quaternions(rotvecs)
    world = _along_chains(pose[:, :BODY_JOINTS].transpose(2, 1, 0))
    pose[:, :BODY_JOINTS] = world.transpose(2, 1, 0)
    pose *= np.copysign(1.0, pose[:, :, :1])
    rest = rest_joints[:, :BODY_JOINTS].transpose(2, 1, 0)
    bones = rest[:, 1:] - rest.take(_BONE_PARENTS, 1)
    body = _CHAINS @ _turned(world.take(_BONE_PARENTS, 1), bones)
    w, x, y, z = world[:, 0]
    front = np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], 1)
    return pose, body.reshape(3 * BODY_JOINTS, len(pose)).T, front


def _quaternions(rotvecs: Array) -> Array:
    """(P, J, 4) float64 from float32, whose sines are many times cheaper."""
    angles = np.sqrt(np.einsum("pji,pji->pj", rotvecs, rotvecs)) + np.float32(1e-12)
    halves = angles * np.float32(0.5)
    pose = np.empty((*angles.shape, 4))
    pose[:, :, 0] = np.cos(halves)
    pose[:, :, 1:] = rotvecs * (np.sin(halves) / angles)[:, :, None]
    return pose


def _along_chains(local: Array) -> Array:
    """(4, 22, P) parent-relative to float32 global."""
    chain = np.empty((4, BODY_JOINTS + 1, local.shape[2]), np.float32)
    chain[:, :BODY_JOINTS] = local
    chain[1:, BODY_JOINTS] = 0
    chain[0, BODY_JOINTS] = 1
    for above in _ABOVE:
        right = chain.take(_PARTNER, 0)[:, :, :BODY_JOINTS]
        right *= _SIGN
        right *= chain.take(above, 1)[:, None]
        right.sum(0, out=chain[:, :BODY_JOINTS])
    return chain[:, :BODY_JOINTS]


def _turned(quaternions: Array, vectors: Array) -> Array:
    """(3, N, P) vectors by (4, N, P) rotations."""
    axis = quaternions[1:]
    twice = 2 * _cross(axis, vectors)
    return vectors + quaternions[0] * twice + _cross(axis, twice)


def _cross(a: Array, b: Array) -> Array:
    return a.take(_NEXT, 0) * b.take(_AFTER, 0) - a.take(_AFTER, 0) * b.take(_NEXT, 0)
