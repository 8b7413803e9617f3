"""A root bone that turns the way its character faces, as games want it.

Nothing of the character moves: what the root bone turns is taken from the bones it moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from livemocap.rotation import (
    Array,
    inverse,
    matrix_from_quat,
    multiply,
    normalize,
    quat_from_matrix,
)

from .posed import carriers_of
from .rig import Rig, RootMotion
from .solve import RigPose

_UP = 2
"""Where the y of a quaternion is."""


@dataclass(frozen=True)
class HeadingPlan:
    """What it takes, worked out once a rig."""

    hips: int
    """Place of the hips' bone among those that the root bone moves."""
    places: Array
    """(K,) those in `Rig.driven`; no other driven bone is in between."""
    axes_wxyz: Array
    """(K, 4) their own at rest."""
    root_axes_wxyz: Array
    """(4,)."""
    carrier_axes: Array
    """(3, 3) of the bone that carries the hips."""
    arm: Array
    """(3,) m from the root bone to that one, at rest."""


def heading_plan(rig: Rig) -> HeadingPlan | None:
    """None where no root bone carries the character, or it does not move the hips."""
    root = rig.root_row
    if rig.options.root is not RootMotion.ROOT_BONE or root is None or root == rig.carrier_row:
        return None
    carriers = carriers_of(rig)
    moved = [
        place
        for place, bone in enumerate(rig.driven)
        if bone.parent < 0 and bone.row != root and _hangs(bone.row, root, carriers)
    ]
    rows = [rig.driven[place].row for place in moved]
    if rig.hips_row not in rows or root in (bone.row for bone in rig.driven):
        return None
    skeleton = rig.skeleton
    return HeadingPlan(
        hips=rows.index(rig.hips_row),
        places=np.array(moved),
        axes_wxyz=quat_from_matrix(skeleton.axes[rows]),
        root_axes_wxyz=quat_from_matrix(skeleton.axes[root]),
        carrier_axes=skeleton.axes[rig.carrier_row],
        arm=skeleton.heads[rig.carrier_row] - skeleton.heads[root],
    )


def with_heading(plan: HeadingPlan, pose: RigPose) -> tuple[RigPose, Array]:
    """The pose against a root bone that faces where the hips do, and (..., 4) how far that is
    turned from rest, in its own axes."""
    own = pose.rotations_wxyz[..., plan.places, :]
    turned = multiply(multiply(plan.axes_wxyz, own), inverse(plan.axes_wxyz))
    yaw = _about_up(turned[..., plan.hips, :])
    back = inverse(yaw)
    quats = pose.rotations_wxyz.copy()
    left = multiply(multiply(inverse(plan.axes_wxyz), back[..., None, :]), plan.axes_wxyz)
    quats[..., plan.places, :] = multiply(left, own)
    hips = pose.hips_m @ plan.carrier_axes.T + plan.arm
    hips = np.matmul(matrix_from_quat(back), hips[..., None])[..., 0] - plan.arm
    root = multiply(multiply(inverse(plan.root_axes_wxyz), yaw), plan.root_axes_wxyz)
    return replace(pose, rotations_wxyz=quats, hips_m=hips @ plan.carrier_axes), root


def _about_up(quats: Array) -> Array:
    """(..., 4) what of turns is about the vertical; none where somebody is upside down."""
    twist = np.zeros_like(quats)
    twist[..., 0], twist[..., _UP] = quats[..., 0], quats[..., _UP]
    known = np.linalg.norm(twist, axis=-1, keepdims=True) > 1e-6
    return np.where(known, normalize(twist), [1.0, 0.0, 0.0, 0.0])


def _hangs(row: int, root: int, carriers: list[int]) -> bool:
    while row >= 0 and row != root:
        row = carriers[row]
    return row == root
