"""Bodies of other proportions: a few symmetric factors by which bones are longer or shorter."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX

FACTORS = ("size", "legs", "arms", "torso", "shoulders", "hips")

SPREAD = np.array([0.04, 0.10, 0.10, 0.05, 0.07, 0.07])
"""How far people are thought to be from what an engine says of them, as standard deviations of the
logarithms of `FACTORS`: people are not all alike, and engines draw them to the average. Trunks
differ least, and what tells of them is the least certain (see parameters.OFFSET_SPREAD_M)."""

_BONES = {
    "legs": "knee ankle foot",
    "arms": "elbow wrist",
    "shoulders": "collar shoulder",
    "hips": "hip",
}
_TORSO = ("spine1", "spine2", "spine3", "neck")


def _basis() -> Array:
    basis = np.zeros((len(SMPLX.parents) - 1, len(FACTORS)))
    basis[:, 0] = 1.0
    for factor, ends in _BONES.items():
        for side in ("left", "right"):
            joints = SMPLX.indices(*(f"{side}_{end}" for end in ends.split()))
            basis[np.array(joints) - 1, FACTORS.index(factor)] = 1.0
    basis[np.array(SMPLX.indices(*_TORSO)) - 1, FACTORS.index("torso")] = 1.0
    return basis


BASIS = _basis()
"""(54, 6) which factor makes the bone to each joint but the root longer."""
BODY_BASIS = BASIS[: BODY_JOINTS - 1]

_HEAD, _ANKLES = SMPLX.index("head"), SMPLX.indices("left_ankle", "right_ankle")


def stretched(rest_joints: Array, factors: Array) -> Array:
    """(..., 55, 3) m at rest, with bones longer by exp(BASIS @ factors), (..., 6)."""
    parents = SMPLX.bone_parents
    bones = rest_joints[..., 1:, :] - rest_joints.take(parents, -2)
    longer = bones * np.exp(factors @ BASIS.T)[..., None]
    return SMPLX.chains @ longer + rest_joints[..., :1, :]


def bones_at_rest(rest_joints: Array) -> Array:
    """(..., 55, 3) m at rest to (..., 21, 3) from each parent to its joint of the body."""
    joints = rest_joints[..., :BODY_JOINTS, :]
    return joints[..., 1:, :] - joints.take(SMPLX.bone_parents[: BODY_JOINTS - 1], -2)


def height_slopes(bones: Array, factors: Array) -> tuple[float, Array]:
    """How much taller, as a logarithm, `factors` (6,) make a body of (21, 3) bones at rest, and
    (6,) by how much more with each."""
    up = SMPLX.chains[_HEAD] - SMPLX.chains[_ANKLES].mean(0)
    spans = up[: BODY_JOINTS - 1] * bones[:, 1]
    tall = spans * np.exp(BODY_BASIS @ factors)
    return float(np.log(tall.sum() / spans.sum())), tall @ BODY_BASIS / tall.sum()
