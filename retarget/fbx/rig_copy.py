"""The user's own character file with another animation, all else in it as it was.

Mesh, skin, materials and bones are the bytes that were read. Animations are replaced by one: of
the bones' own nodes, each about its own pivots, as FBX evaluates them.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from ..errors import RetargetError
from ..progress import Progress
from ..whole_file import whole_file
from .channels import Channels
from .curves import FbxMotion, require_fitting
from .models import Scene, making_sense_of
from .objects import Objects
from .posed_nodes import PosedNodes
from .replacing import replace_animation
from .skeleton import FbxSkeleton
from .ticks import frame_ticks
from .tree import Tree, read_tree, write_tree

_NEWEST = 8000
"""From this version on time is counted in other ticks."""

_OUR_TICKS = 127
"""What newer files say that count as older ones do."""


def write_rig_copy(
    source: Path,
    path: Path,
    skeleton: FbxSkeleton,
    motion: FbxMotion,
    fps: Fraction,
    *,
    take: str = "motion",
    progress: Progress = lambda done, bones: None,
) -> None:
    """Write a copy of `source` in which its bones move.

    Bones that stay where the file has them get no curves; the others have a key in every frame.

    Args:
        skeleton: that was read from `source`, in the world's axes (+Y up) and metres.
        take: what the animation is called.
        progress: counts bones.

    Raises:
        RetargetError: the file is no binary FBX or has what we do not animate, in one sentence;
            or the copy cannot be written. Nothing stands under `path` then.
    """
    require_fitting(skeleton, motion)
    scene = Scene(source, read_tree(source))
    with making_sense_of(source):
        _require_our_ticks(scene)
        nodes = PosedNodes(scene, skeleton)
        objects = Objects(scene.free_number())
    channels = Channels(objects, take, frame_ticks(motion.frames, fps))
    for done, moves in enumerate(nodes.moves(motion)):
        progress(done, len(skeleton.names))
        for channel, values in moves.channels.items():
            channels.add(np.int64(moves.number), channel, values)
    progress(len(skeleton.names), len(skeleton.names))
    tree = scene.tree
    changed = replace_animation(tree.nodes, objects, take, fps, motion.frames)
    with whole_file(path) as part:
        write_tree(part, Tree(tree.version, changed, tree.foot))


def _require_our_ticks(scene: Scene) -> None:
    header = scene.part("FBXHeaderExtension")
    flags = header.first("OtherFlags") if header else None
    said = flags.first("TCDefinition") if flags else None
    ticks = said.values()[0] if said else _OUR_TICKS
    if ticks != _OUR_TICKS or scene.tree.version >= _NEWEST:
        raise RetargetError(f"{scene.path}: counts time in a way we do not; save it as FBX 2020")
