"""Files hold bones and no object: what would move the object moves a bone above all others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .export_file import ChosenRig
from .joint_map import JointMap
from .rig import RigOptions, RootMotion
from .skeleton import RigSkeleton


def object_as_bone(
    chosen: ChosenRig, options: RigOptions
) -> tuple[RigSkeleton, JointMap, RigOptions]:
    """A skeleton that can be moved as is wanted without an object.

    A character whose object moves gets a bone of the object's name on the floor above its roots,
    unless it has one bone above its hips already.
    """
    skeleton, joints = chosen.skeleton, chosen.joint_map
    if options.root is not RootMotion.OBJECT:
        return skeleton, joints, options
    options = replace(options, root=RootMotion.ROOT_BONE)
    hips = skeleton.rows[joints.bones["pelvis"]]
    roots = [row for row, parent in enumerate(skeleton.parents) if parent < 0]
    if len(roots) == 1 and hips != roots[0]:
        return skeleton, joints, options
    bone = chosen.name or "root"
    return skeleton.below_bone(bone, np.zeros(3), np.eye(3)), joints, options
