"""A character's skeleton, and where its bones are in the world, as FBX takes them."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, quat_from_matrix

from ..rigs.skeleton import RigSkeleton
from .curves import FbxMotion
from .skeleton import FbxSkeleton


def skeleton_of_rig(rig: RigSkeleton) -> FbxSkeleton:
    """The rig's own bones: names, axes and lengths as they are, heads where they stand."""
    rotations, translations = _in_parents(rig, rig.axes, rig.heads)
    return FbxSkeleton(
        names=rig.names,
        parents=rig.parents,
        rest_local_translation=translations,
        rest_local_rotation=quat_from_matrix(rotations),
    )


def motion_of_rig(rig: RigSkeleton, axes: Array, heads: Array) -> FbxMotion:
    """A motion of the rig's bones.

    Args:
        axes: (T, B, 3, 3) each bone's own axes in the world as columns, as `rig.axes` at rest.
        heads: (T, B, 3) m in the world.
    """
    rotations, translations = _in_parents(rig, axes, heads)
    return FbxMotion(rotations=quat_from_matrix(rotations), translations=translations)


def _in_parents(rig: RigSkeleton, axes: Array, heads: Array) -> tuple[Array, Array]:
    """(..., B, 3, 3) and (..., B, 3) in the world, to each parent's axes."""
    rotations, translations = np.array(axes, float), np.array(heads, float)
    child = np.flatnonzero(np.array(rig.parents) >= 0)
    parent = np.array(rig.parents)[child]
    to_parent = np.swapaxes(np.asarray(axes)[..., parent, :, :], -1, -2)
    rotations[..., child, :, :] = to_parent @ rotations[..., child, :, :]
    arms = (np.asarray(heads)[..., child, :] - np.asarray(heads)[..., parent, :])[..., None]
    translations[..., child, :] = (to_parent @ arms)[..., 0]
    return rotations, translations
