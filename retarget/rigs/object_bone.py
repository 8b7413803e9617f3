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
    return _with_bone_above(skeleton, _free(chosen.name or "root", skeleton)), joints, options


def _with_bone_above(skeleton: RigSkeleton, name: str) -> RigSkeleton:
    return RigSkeleton(
        names=(name, *skeleton.names),
        parents=(-1, *(parent + 1 for parent in skeleton.parents)),
        heads=np.concatenate([np.zeros((1, 3)), skeleton.heads]),
        axes=np.concatenate([np.eye(3)[None], skeleton.axes]),
        tails=np.concatenate([[[0.0, 0.1, 0.0]], skeleton.tails]),
        deforms=(False, *skeleton.deforms) if skeleton.deforms else (),
        connected=(False, *skeleton.connected) if skeleton.connected else (),
    )


def _free(name: str, skeleton: RigSkeleton) -> str:
    while name in skeleton.rows:
        name += "_root"
    return name
