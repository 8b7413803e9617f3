"""What is left of a rig of controls in a file without constraints: the bones that skin follows.

Such rigs move each deforming bone by constraints, so that in the hierarchy it may hang on nothing
that deforms. Here they hang on each other, as characters for games do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from livemocap.skeleton import SMPLX

from ..errors import RetargetError
from .joint_map import JointMap
from .mapping import map_joints
from .skeleton import RigSkeleton
from .tree import ancestors, lineage

_SAME_PLACE = 1e-3
"""Of the rig's height: bones that begin so near to each other are copies of one."""


def game_skeleton(skeleton: RigSkeleton) -> tuple[RigSkeleton, JointMap] | None:
    """The deforming bones of a rig as one tree, and its joints; None where they are no body."""
    kept = [row for row in range(len(skeleton.names)) if skeleton.deforms[row]]
    places = {row: place for place, row in enumerate(kept)}
    parents = [
        next((places[above] for above in ancestors(skeleton, row) if above in places), -1)
        for row in kept
    ]
    loose = _reordered(skeleton, kept, parents)
    joints = map_joints(loose)
    if "pelvis" not in joints.matches:
        return None
    return _hung(skeleton, loose, joints), joints


def _hung(whole: RigSkeleton, loose: RigSkeleton, joints: JointMap) -> RigSkeleton:
    """With every bone below the hips'."""
    hips = loose.rows[joints.bones["pelvis"]]
    followed = {bone: joint for joint, bone in joints.bones.items()}
    parents = list(loose.parents)
    of_body = [loose.names[lineage(loose, row)[0]] in followed for row in range(len(parents))]
    for row, name in enumerate(loose.names):
        if parents[row] >= 0 or row == hips:
            continue
        joint = followed.get(name)
        above = _above(joint, joints, loose) if joint else _copy_above(whole, loose, name, of_body)
        parents[row] = hips if above < 0 else above
    parents[hips] = -1
    return _reordered(loose, list(range(len(parents))), parents)


def _above(joint: str, joints: JointMap, loose: RigSkeleton) -> int:
    """The bone of the nearest joint above one that has a bone, or -1."""
    at = SMPLX.parents[SMPLX.index(joint)]
    while at >= 0 and SMPLX.names[at] not in joints.bones:
        at = SMPLX.parents[at]
    return loose.rows[joints.bones[SMPLX.names[at]]] if at >= 0 else -1


def _copy_above(whole: RigSkeleton, loose: RigSkeleton, name: str, of_body: Sequence[bool]) -> int:
    """The body's deforming bone that begins where a bone above this one does, or -1."""
    near = _SAME_PLACE * float(np.ptp(whole.heads[:, 1]))
    for above in ancestors(whole, whole.rows[name]):
        away = np.linalg.norm(loose.heads - whole.heads[above], axis=-1)
        away[~np.array(of_body)] = np.inf
        if away.min() < near:
            return int(away.argmin())
    return -1


def _reordered(skeleton: RigSkeleton, rows: list[int], parents: list[int]) -> RigSkeleton:
    """Some bones of a skeleton, with other parents (places in `rows`), parents first.

    Raises:
        RetargetError: some would hang on each other in a ring.
    """
    order: list[int] = []
    waiting = list(range(len(rows)))
    while waiting:
        ready = [place for place in waiting if parents[place] < 0 or parents[place] in order]
        if not ready:
            names = ", ".join(skeleton.names[rows[place]] for place in waiting[:4])
            raise RetargetError(f"bones {names} hang on each other in a ring")
        order += ready
        waiting = [place for place in waiting if place not in ready]
    picked = [rows[place] for place in order]
    return replace(
        skeleton,
        names=tuple(skeleton.names[row] for row in picked),
        parents=tuple(order.index(parents[p]) if parents[p] >= 0 else -1 for p in order),
        heads=skeleton.heads[picked],
        axes=skeleton.axes[picked],
        tails=skeleton.tails[picked],
        deforms=(),
        connected=(),
    )
