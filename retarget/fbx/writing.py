"""One door to FBX files: any skeleton with any motion."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..progress import Progress
from ..units import UNITS_PER_METRE
from ..whole_file import whole_file
from .curves import FbxMotion, add_curves
from .document import document
from .objects import Objects
from .skeleton import FbxSkeleton, add_bones
from .tree import write_tree


def write_fbx(
    path: Path,
    skeleton: FbxSkeleton,
    motion: FbxMotion,
    fps: Fraction,
    *,
    units: str = "cm",
    take: str = "motion",
    progress: Progress = lambda done, bones: None,
) -> None:
    """Write a binary FBX file of bones and one animation, nothing else.

    +Y is up; roots hang on the scene itself, nothing is scaled. Every frame has a key, the first
    at time 0.

    Args:
        units: `cm`, FBX's own, which Unreal, Unity and Maya take as they are, or `m`, which
            Blender does; the file says which.
        take: what the animation is called.
        progress: counts bones.

    Raises:
        RetargetError: skeleton and motion do not fit, or the file cannot be written; nothing
            stands under `path` then.
    """
    objects, scale = Objects(), UNITS_PER_METRE[units]
    models = add_bones(objects, skeleton, scale)
    add_curves(objects, skeleton, models, motion, fps, take, scale, progress)
    tree = document(objects, fps, motion.frames, take, scale)
    with whole_file(path) as part:
        write_tree(part, tree)
