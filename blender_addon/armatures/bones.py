# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's bones in Blender's axes, and how joint rotations become theirs. Pure NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from livemocap.coords import R_BLENDER_WORLD, blender_from_world
from livemocap.rotation import Array
from retarget.person_bones import person_bones


@dataclass(frozen=True)
class BoneLayout:
    """55 bones at rest, in Blender's axes, metres."""

    heads: Array
    """(55, 3), where the rest joints are, standing on the floor over the origin."""
    tails: Array
    """(55, 3)."""
    axes: Array
    """(55, 3, 3), columns are the bone's x, y, z."""

    @cached_property
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
    bones = person_bones(rest_joints)
    return BoneLayout(
        heads=blender_from_world(bones.heads),
        tails=blender_from_world(bones.tails),
        axes=R_BLENDER_WORLD @ bones.axes,
    )
