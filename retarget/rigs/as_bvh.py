"""A posed rig as BVH has it: the world's axes at rest, rotations, and the place of one root."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from livemocap.rotation import Array, inverse, multiply, quat_from_matrix

from ..bvh_writing import BvhMotion, BvhTree, speakable
from ..errors import RetargetError
from .posed import posed
from .rig import Rig
from .skeleton import RigSkeleton
from .solve import RigPose
from .tree import below, lineage

_FRAMES_AT_ONCE = 2000
_SHORTEST_M = 1e-4
_END_M = 0.03
"""Of last bones that have no length."""


def bvh_of_rig(rig: Rig, pose: RigPose) -> tuple[BvhTree, BvhMotion]:
    """The rig's bones below the root of its hips, and what they do at T instants.

    The root alone has a place: it goes where the hips come out right, whatever carries them.

    Raises:
        RetargetError: bones that move hang on another root, and BVH has one only.
    """
    rows = bvh_rows(rig)
    skeleton, joints = rig.skeleton, {row: joint for joint, row in enumerate(rows)}
    apart = [name for name in rig.bones if skeleton.rows[name] not in joints]
    if apart:
        raise RetargetError(
            f"BVH has one root, and {apart[0]!r} does not hang on that of the hips: export FBX"
        )
    names = speakable([skeleton.names[row] for row in rows])
    tree = BvhTree(
        names=names,
        parents=tuple(joints.get(skeleton.parents[row], -1) for row in rows),
        offsets=np.stack([_offset(skeleton, row) for row in rows]),
        ends={joints[row]: _end(skeleton, row) for row in rows if not skeleton.children[row]},
    )
    turned = [joints[bone.row] for bone in rig.driven]
    return tree, BvhMotion(root_m=_root_m(rig, pose), turned=turned, rotations=_turns(rig, pose))


def bvh_rows(rig: Rig) -> list[int]:
    """The bones that a BVH can have: the root above the hips, and all that hang on it."""
    root = lineage(rig.skeleton, rig.hips_row)[0]
    return [root, *below(rig.skeleton, root)]


def _offset(skeleton: RigSkeleton, row: int) -> Array:
    parent = skeleton.parents[row]
    return skeleton.heads[row] - skeleton.heads[parent] if parent >= 0 else np.zeros(3)


def _end(skeleton: RigSkeleton, row: int) -> Array:
    """(3,) m from a last bone's head to where it ends: its tail, else straight on."""
    for way in (skeleton.tails[row] - skeleton.heads[row], _offset(skeleton, row)):
        length = float(np.linalg.norm(way))
        if length > _SHORTEST_M:
            return way * min(1.0, 10 * _END_M / length)
    return np.array([0.0, _END_M, 0.0])


def _turns(rig: Rig, pose: RigPose) -> Array:
    """(T, D, 4) of the driven bones, in the world's axes as they lie at rest."""
    axes = quat_from_matrix(rig.skeleton.axes[[bone.row for bone in rig.driven]])
    return multiply(multiply(axes, pose.rotations_wxyz), inverse(axes))


def _root_m(rig: Rig, pose: RigPose) -> Array:
    """(T, 3) m."""
    return np.concatenate([_root_of(rig, part) for part in _slices(pose)])


def _slices(pose: RigPose) -> Iterator[RigPose]:
    for start in range(0, len(pose.hips_m), _FRAMES_AT_ONCE):
        part = slice(start, start + _FRAMES_AT_ONCE)
        yield RigPose(
            pose.rotations_wxyz[part], pose.hips_m[part], pose.root_m[part], pose.object_m[part]
        )


def _root_of(rig: Rig, pose: RigPose) -> Array:
    """Back from the bone that carries the hips, along bones of fixed length."""
    line = lineage(rig.skeleton, rig.carrier_row)
    now, heads = posed(rig, pose, [rig.carrier_row]), rig.skeleton.heads
    at = now.heads[:, line[-1]]
    for row, parent in zip(line[:0:-1], line[-2::-1], strict=True):
        at = at - now.deltas[:, parent] @ (heads[row] - heads[parent])
    return at
