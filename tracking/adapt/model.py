"""Where a body's points are seen, and how that changes with every parameter, for many looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_rotvec, skew
from livemocap.skeleton import BODY_JOINTS, SMPLX

from .evidence import POINT_JOINTS, POINTS
from .keyframes import Keyframe, Look
from .parameters import TURNED, Parameters
from .proportions import BODY_BASIS

_PARENTS = SMPLX.bone_parents[: BODY_JOINTS - 1]
_CHAINS = SMPLX.chains[:BODY_JOINTS, : BODY_JOINTS - 1]
_LEVELS = [
    (joints[joints < BODY_JOINTS], parents[joints < BODY_JOINTS])
    for joints, parents in SMPLX.levels
    if (joints < BODY_JOINTS).any()
]
_STEPS_TO_FACTORS = (
    _CHAINS[POINT_JOINTS][:, :, None] * BODY_BASIS
).transpose(1, 0, 2)  # fmt: skip
"""(21, 12, 6)."""


def _below() -> Array:
    """(12, 10) 1 where a point hangs on a joint of TURNED and is not that joint."""
    hangs = np.zeros((len(POINT_JOINTS), len(TURNED)))
    for row, joint in enumerate(POINT_JOINTS.tolist()):
        above = SMPLX.parents[joint]
        while above >= 0:
            if above in TURNED:
                hangs[row, TURNED.index(above)] = 1.0
            above = SMPLX.parents[above]
    return hangs


_BELOW = _below()
_HIPS = [POINTS.index(f"{side}_hip") for side in ("left", "right")]
_SHOULDERS = [POINTS.index(f"{side}_shoulder") for side in ("left", "right")]
_OFFSET_BASES = ((_HIPS, SMPLX.index("pelvis")), (_SHOULDERS, SMPLX.index("spine3")))
_SIDES = np.array([1.0, -1.0])
"""Left is +x of a body at rest."""
NEAREST_M = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """M looks at one body, as arrays."""

    local: Array
    """(M, 22, 3, 3) rotations to parents."""
    pelvis: Array
    """(M, 3) m."""
    points: Array
    """(M, 12, 2)."""
    sure: Array
    """(M, 12)."""
    bones: Array
    """(21, 3) m at rest."""

    @classmethod
    def of(cls, looks: Sequence[Look], bones: Array) -> Looks:
        """`bones` (21, 3) m at rest are those that the engine gave."""
        rotations = np.stack([look.rotations for look in looks])
        local = rotations.copy()
        local[:, 1:] = rotations[:, _PARENTS].swapaxes(-1, -2) @ rotations[:, 1:]
        return cls(
            local,
            np.stack([look.pelvis for look in looks]),
            np.stack([look.points for look in looks]),
            np.stack([look.sure for look in looks]),
            bones,
        )

    @classmethod
    def of_pairs(cls, frames: Sequence[Keyframe], bones: Array) -> Looks:
        """N now, then N a moment before."""
        return cls.of([f.now for f in frames] + [f.back for f in frames], bones)


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """M bodies as parameters have them."""

    rotations: Array
    """(M, 22, 3, 3) global."""
    steps: Array
    """(M, 21, 3) m, from each parent to its joint."""
    joints: Array
    """(M, 22, 3) m."""
    points: Array
    """(M, 12, 3) m: what a detector sees of them."""

    @property
    def seen(self) -> Array:
        """(M, 12, 2) x/z and y/z."""
        return self.points[..., :2] / np.maximum(self.points[..., 2:], NEAREST_M)


def posed(looks: Looks, wanted: Parameters, turns: Array, places: Array) -> Posed:
    """Bodies of `looks` as `wanted` and what is particular to each have them.

    Args:
        turns: (M, 10, 3) rad, besides those of `wanted`.
        places: (M, 3): x and y in m and the logarithm of the distance, by which pelvises are off.
    """
    local = looks.local.copy()
    local[:, TURNED] = local[:, TURNED] @ matrix_from_rotvec(wanted.turns + turns)
    rotations = local
    for joints, parents in _LEVELS:
        rotations[:, joints] = rotations[:, parents] @ rotations[:, joints]
    bones = looks.bones * np.exp(BODY_BASIS @ wanted.factors)[:, None]
    steps = (rotations[:, _PARENTS] @ bones[..., None])[..., 0]
    joints = _CHAINS @ steps + _moved(looks.pelvis, wanted.depth, places)[:, None]
    points = joints[:, POINT_JOINTS]
    for (rows, base), offset in zip(_OFFSET_BASES, wanted.offsets, strict=True):
        outwards = offset * np.stack([_SIDES, [1, 1], [1, 1]], 1)
        points[:, rows] += (rotations[:, base, None] @ outwards[..., None])[..., 0]
    return Posed(rotations, steps, joints, points)


def _moved(pelvis: Array, depth: float, places: Array) -> Array:
    aside = pelvis.copy()
    aside[:, :2] += places[:, :2]
    return aside * np.exp(depth + places[:, 2:])


def shared_slopes(body: Posed) -> Array:
    """(M, 12, 3, COUNT) m by which points move with each parameter of `Parameters`."""
    count = len(body.joints)
    by_factor = body.steps.swapaxes(1, 2) @ _STEPS_TO_FACTORS.reshape(len(_CHAINS[0]), -1)
    by_factor = by_factor.reshape(count, 3, len(POINTS), -1).swapaxes(1, 2)
    arms = body.points[:, :, None] - body.joints[:, None, TURNED]
    by_turn = -(skew(arms) @ body.rotations[:, None, TURNED]) * _BELOW[..., None, None]
    by_turn = by_turn.transpose(0, 1, 3, 2, 4).reshape(count, len(POINTS), 3, -1)
    by_depth = np.repeat(body.joints[:, None, :1], len(POINTS), 1).swapaxes(-1, -2)
    return np.concatenate([by_factor, by_depth, by_turn, _offset_slopes(body)], -1)


def _offset_slopes(body: Posed) -> Array:
    slopes = np.zeros((len(body.joints), len(POINTS), 3, 6))
    for k, (rows, base) in enumerate(_OFFSET_BASES):
        outwards = body.rotations[:, base, None] * np.stack([_SIDES, [1, 1], [1, 1]], 1)[:, None]
        slopes[:, rows, :, 3 * k : 3 * k + 3] = outwards
    return slopes


def place_slopes(body: Posed) -> Array:
    """(M, 3, 3) m by which a body moves with what its pelvis is off by."""
    pelvis = body.joints[:, 0]
    slopes = np.zeros((len(pelvis), 3, 3))
    slopes[:, 0, 0] = slopes[:, 1, 1] = 1.0
    slopes[:, :, 2] = pelvis
    return slopes


def in_view(body: Posed, slopes: Array) -> Array:
    """(M, 12, 2, N) by which points move in the view, from (M, 12, 3, N) m in space."""
    z = np.maximum(body.points[..., 2], NEAREST_M)[..., None, None]
    return (slopes[..., :2, :] - body.seen[..., None] * slopes[..., 2:, :]) / z
