"""A person of a take as FBX: 55 bones, the T-pose on the floor as rest."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from livemocap.rotation import Array, inverse, multiply, quat_from_matrix
from livemocap.skeleton import SMPLX

from ..motion import PersonMotion
from ..person_bones import person_bones
from ..progress import Progress
from .curves import FbxMotion
from .skeleton import FbxSkeleton
from .writing import write_fbx


def write_person(
    motion: PersonMotion,
    fps: Fraction,
    path: Path,
    units: str = "cm",
    progress: Progress = lambda done, bones: None,
) -> None:
    """Write a motion that was resampled to `fps`; see `write_fbx`.

    Raises:
        RetargetError: the file cannot be written; nothing stands under `path` then.
    """
    skeleton, moves = fbx_person(motion)
    take = f"person{motion.track_id}"
    write_fbx(path, skeleton, moves, fps, units=units, take=take, progress=progress)


def fbx_person(motion: PersonMotion) -> tuple[FbxSkeleton, FbxMotion]:
    """The person's bones, and what they do."""
    bones, parents = person_bones(motion.rest_joints), SMPLX.bone_parents
    axes = quat_from_matrix(bones.axes)
    of_parent = np.concatenate([[[1.0, 0, 0, 0]], axes[parents]])
    offsets = bones.heads.copy()
    arms = bones.heads[1:] - bones.heads[parents]
    offsets[1:] = (np.swapaxes(bones.axes[parents], -1, -2) @ arms[..., None])[..., 0]
    skeleton = FbxSkeleton(
        names=SMPLX.names,
        parents=SMPLX.parents,
        rest_local_translation=offsets,
        rest_local_rotation=multiply(inverse(of_parent), axes),
    )
    rotations = _changed_axes(motion.local_wxyz, of_parent, axes)
    return skeleton, FbxMotion(rotations=rotations, translations=motion.pelvis)


def _changed_axes(local_wxyz: Array, of_parent: Array, axes: Array) -> Array:
    """(T, 55, 4) rotations between frames that lie as the world does, between the bones' own.

    Args:
        of_parent: (55, 4) wxyz of each bone's parent.
        axes: (55, 4) wxyz of each bone.
    """
    # linear in the rotation: one small matrix a bone does what two products would
    change = multiply(multiply(inverse(of_parent)[:, None], np.eye(4)), axes[:, None])
    found = np.empty(local_wxyz.shape)
    for bone in range(len(axes)):
        found[:, bone] = local_wxyz[:, bone] @ change[bone]
    return found
