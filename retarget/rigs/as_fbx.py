"""A posed rig as FBX has it: every bone against its parent, rest included."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, multiply

from ..fbx import FbxMotion, FbxSkeleton, skeleton_of_rig
from .rig import Rig
from .solve import RigPose


def fbx_of_rig(rig: Rig, pose: RigPose) -> tuple[FbxSkeleton, FbxMotion]:
    """The rig's own bones, and what they do at T instants.

    What the object would carry goes to the bones without a parent: a file has no object.
    """
    skeleton = skeleton_of_rig(rig.skeleton)
    rest = skeleton.rest_local_rotation
    rotations = np.repeat(rest[None], len(pose.hips_m), 0)
    for place, bone in enumerate(rig.driven):
        rotations[:, bone.row] = multiply(rest[bone.row], pose.rotations_wxyz[:, place])
    return skeleton, FbxMotion(rotations=rotations, translations=_places(rig, pose, skeleton))


def _places(rig: Rig, pose: RigPose, skeleton: FbxSkeleton) -> Array:
    """(T, B, 3) m in each parent's axes."""
    still = np.repeat(skeleton.rest_local_translation[None], len(pose.hips_m), 0)
    if pose.object_m.any():
        roots = [row for row, parent in enumerate(rig.skeleton.parents) if parent < 0]
        still[:, roots] += pose.object_m[:, None]
    moves = [(rig.carrier_row, pose.hips_m)]
    moves += [] if rig.root_row is None else [(rig.root_row, pose.root_m)]
    own = rig.skeleton.axes
    for row, moved in moves:
        parent = rig.skeleton.parents[row]
        in_parent = own[row] if parent < 0 else own[parent].T @ own[row]
        still[:, row] += moved @ in_parent.T
    return still
