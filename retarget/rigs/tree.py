"""A rig's hierarchy: who stands above whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .skeleton import RigSkeleton

Found = dict[str, tuple[int, float]]
"""Joint name to bone row and certainty, on the way to a JointMap."""

JUST_ENOUGH = 0.6
"""The certainty from which a bone is used without asking."""


def ancestors(skeleton: RigSkeleton, bone: int) -> Iterator[int]:
    """Its parent, that one's parent and so on."""
    bone = skeleton.parents[bone]
    while bone >= 0:
        yield bone
        bone = skeleton.parents[bone]


def lineage(skeleton: RigSkeleton, bone: int) -> list[int]:
    """From its root down to the bone itself."""
    return [bone, *ancestors(skeleton, bone)][::-1]


def stands_above(skeleton: RigSkeleton, upper: int, bone: int) -> bool:
    return upper in ancestors(skeleton, bone)


def common_ancestor(skeleton: RigSkeleton, bones: Iterable[int]) -> int:
    """The deepest bone above all of them (a bone stands above itself here), or -1."""
    lines = [lineage(skeleton, bone) for bone in bones]
    common = -1
    for level in zip(*lines, strict=False):
        if len(set(level)) > 1:
            break
        common = level[0]
    return common


def between(skeleton: RigSkeleton, upper: int, bone: int) -> list[int]:
    """From the bone after `upper` down to `bone` itself; nothing if it does not stand above."""
    line = lineage(skeleton, bone)
    return line[line.index(upper) + 1 :] if upper in line else []


def below(skeleton: RigSkeleton, bone: int) -> list[int]:
    """Everything that hangs on a bone, parents first."""
    found = list(skeleton.children[bone])
    for child in found:
        found.extend(skeleton.children[child])
    return found


def distance(skeleton: RigSkeleton, a: int, b: int) -> float:
    """Between two heads, m."""
    return float(np.linalg.norm(skeleton.heads[a] - skeleton.heads[b]))


def spine_of(bones: list[int]) -> dict[str, int]:
    """Which of a trunk's bones, from the hips up, follow spine1 to spine3.

    The last carries the chest and follows spine3, the first spine1, the middle one spine2. A
    single one follows spine3: whatever bends, the shoulders end up right.
    """
    if not bones:
        return {}
    found = {"spine3": bones[-1]}
    if len(bones) > 1:
        found["spine1"] = bones[0]
    if len(bones) > 2:
        found["spine2"] = bones[len(bones) // 2]
    return found
