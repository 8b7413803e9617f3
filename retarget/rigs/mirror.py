"""The bone on the other side of the body: by its name, else by its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from livemocap.rotation import Array, normalize
from livemocap.skeleton import SMPLX

from .skeleton import RigSkeleton

_SWAPS = {"left": "right", "l": "r", "左": "右"}
_OTHER = _SWAPS | {there: here for here, there in _SWAPS.items()}
_MARKS = (
    re.compile(r"left|right|[左右]", re.I),
    re.compile(r"(?<![A-Za-z])[LRlr](?![a-z])|(?<=[a-z0-9])[LR](?![A-Za-z])"),
)
"""Words for sides anywhere in a name; letters for them where they stand alone."""

_NEAR = 0.04
"""Part of the rig's size within which a bone stands where another's mirror image is."""


def other_side(joint: str) -> str | None:
    """The joint that mirrors this one; None in the middle of the body."""
    side, _, part = joint.partition("_")
    return f"{_OTHER[side]}_{part}" if side in ("left", "right") else None


def opposite_bone(skeleton: RigSkeleton, bones: Mapping[str, str], bone: str) -> str | None:
    """What mirrors a bone; None: nothing does, or it lies in the middle.

    Args:
        bones: by SMPL-X joint, as far as they are known: they say where the middle is.
    """
    named = next((name for name in _renamed(bone) if name in skeleton.rows), None)
    return named or _by_place(skeleton, bones, skeleton.rows[bone])


def _renamed(bone: str) -> Iterator[str]:
    """The name with one of its marks for a side exchanged."""
    for marks in _MARKS:
        for mark in marks.finditer(bone):
            yield bone[: mark.start()] + _as_written(mark.group()) + bone[mark.end() :]


def _as_written(mark: str) -> str:
    other = _OTHER[mark.lower()]
    if mark.isupper():
        return other.upper()
    return other.title() if mark[0].isupper() else other


def _by_place(skeleton: RigSkeleton, bones: Mapping[str, str], row: int) -> str | None:
    middle, across = _middle(skeleton, bones)
    ends = np.stack([skeleton.heads, skeleton.tails], 1)
    image = ends[row] - 2 * ((ends[row] - middle) @ across)[:, None] * across
    away = np.linalg.norm(ends - image, axis=-1).max(-1)
    found = int(np.argmin(away))
    size = float(np.linalg.norm(np.ptp(skeleton.heads, axis=0)))
    return skeleton.names[found] if found != row and away[found] < _NEAR * size else None


def _middle(skeleton: RigSkeleton, bones: Mapping[str, str]) -> tuple[Array, Array]:
    """(3,) m a point of the plane between the sides, and (3,) its normal."""
    for part in ("hip", "shoulder", "knee", "elbow"):
        pair = [bones.get(f"{side}_{part}", "") for side in ("left", "right")]
        if all(bone in skeleton.rows for bone in pair):
            left, right = (skeleton.heads[skeleton.rows[bone]] for bone in pair)
            if np.linalg.norm(left - right) > 0:
                return (left + right) / 2, normalize(left - right)
    return skeleton.heads.mean(0), np.array([1.0, 0.0, 0.0])


SIDED = tuple(joint for joint in SMPLX.names if other_side(joint))
"""Joints that have another side."""
