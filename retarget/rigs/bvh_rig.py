"""A BVH file's skeleton as a rig: no Blender needed."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from ..bvh import BvhClip
from .armature import Armature
from .skeleton import RigSkeleton

METRES_PER_UNIT = {"cm": 0.01, "m": 1.0, "cmu": 0.0254 / 0.45, "inch": 0.0254, "mm": 0.001}
"""The likelier the earlier; `cmu` is what Carnegie Mellon University's library is in."""

_TALL_M = (0.8, 2.5)
"""How tall, or wide with arms out, people and most characters are."""

_USUAL_M = 1.7


def armature_of_clip(clip: BvhClip, name: str, metres_per_unit: float | None = None) -> Armature:
    """The rest pose of a clip, its bones' axes those of the world, as BVH has it.

    Args:
        metres_per_unit: None guesses it by size.
    """
    scale = metres_per_unit or guess_metres_per_unit(clip)
    heads = clip.rest_joints()
    bones = len(heads)
    skeleton = RigSkeleton(
        names=_unique(clip.skeleton.names),
        parents=clip.skeleton.parents,
        heads=heads * scale,
        axes=np.broadcast_to(np.eye(3), (bones, 3, 3)).copy(),
        tails=_tails(clip, heads) * scale,
    )
    return Armature(name=name, skeleton=skeleton)


def guess_metres_per_unit(clip: BvhClip) -> float:
    """BVH cannot say its unit: the first in which the rest pose is as big as a person."""
    points = clip.rest_joints()
    ends = [points[joint] + offset for joint, offset in clip.end_sites.items()]
    size = float(np.ptp(np.concatenate([points, *np.reshape(ends, (-1, 1, 3))]), axis=0).max())
    for metres in METRES_PER_UNIT.values():
        if _TALL_M[0] <= size * metres <= _TALL_M[1]:
            return metres
    if size <= 0:
        return METRES_PER_UNIT["cm"]
    return min(METRES_PER_UNIT.values(), key=lambda m: abs(np.log(size * m / _USUAL_M)))


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as Blender makes them different: a second Hand is Hand.001."""
    taken: list[str] = []
    for name in names:
        number, free = 0, name
        while free in taken:
            number += 1
            free = f"{name}.{number:03}"
        taken.append(free)
    return tuple(taken)


def _tails(clip: BvhClip, heads: Array) -> Array:
    """(B, 3) the middle of a bone's children, its end site, or on from its parent."""
    tails = heads.copy()
    for bone, parent in enumerate(clip.skeleton.parents):
        children = list(clip.skeleton.children[bone])
        if children:
            tails[bone] = heads[children].mean(axis=0)
        elif bone in clip.end_sites:
            tails[bone] = heads[bone] + clip.end_sites[bone]
        elif parent >= 0:
            tails[bone] = 2 * heads[bone] - heads[parent]
    return tails
