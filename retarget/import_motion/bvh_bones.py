"""A BVH file's bones through time, in its own axes and unit, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import global_rotations

from ..bvh import BvhClip, read_bvh
from ..errors import RetargetError
from ..rigs.bvh_rig import armature_of_clip
from ..rigs.skeleton import RigSkeleton

_ABSURD = 1e9
"""No length or angle of a person in any unit."""
_STRETCH = 1e-3
"""How much of a bone's length it may change by before that is worth telling."""


@dataclass(frozen=True, kw_only=True)
class BvhBones:
    """What a file says, nothing guessed yet."""

    skeleton: RigSkeleton
    """At rest."""
    frame_time_s: float
    turns: Array
    """(T, B, 3, 3) from rest."""
    places: Array
    """(T, B, 3)"""
    notes: tuple[str, ...] = ()


def read_bones(path: Path, rest_frame: int | None = None) -> BvhBones:
    """
    Args:
        rest_frame: the frame, from 1, whose pose is to be the rest pose; the file's own OFFSETs
            are without it.

    Raises:
        RetargetError: no BVH, or nothing in it to import.
    """
    clip = read_bvh(path)
    _require_motion(clip, path)
    offsets, notes = _offsets(clip)
    clip = replace(clip, offsets=offsets)
    turns = global_rotations(clip.local_rotations(), clip.skeleton)
    bones = BvhBones(
        skeleton=armature_of_clip(clip, path.stem, 1.0).skeleton,
        frame_time_s=clip.frame_time_s,
        turns=turns,
        places=clip.joints(),
        notes=notes,
    )
    return bones if rest_frame is None else resting_at(bones, rest_frame, path)


def _require_motion(clip: BvhClip, path: Path) -> None:
    if not len(clip.values):
        raise RetargetError(f"{path}: no motion in it, 0 frames")
    bad = np.argwhere(~(np.abs(clip.values) < _ABSURD))
    if len(bad):
        frame, column = bad[0]
        ends = np.cumsum([len(channels) for channels in clip.channels])
        bone = clip.skeleton.names[int(np.searchsorted(ends, column, side="right"))]
        raise RetargetError(f"{path}: frame {frame + 1} of {bone} is no number")
    if not (np.abs(clip.offsets) < _ABSURD).all():
        raise RetargetError(f"{path}: an OFFSET is no number")


def _offsets(clip: BvhClip) -> tuple[Array, tuple[str, ...]]:
    """(B, 3) from the parent; bones that are moved by channels are where they mostly are."""
    offsets, worst, longest = clip.offsets.copy(), 0.0, 0.0
    column = 0
    for bone, channels in enumerate(clip.channels):
        places = [(column + n, c) for n, c in enumerate(channels) if c.endswith("position")]
        column += len(channels)
        if bone == 0 or not places:
            continue
        for at, channel in places:
            offsets[bone, "XYZ".index(channel[0].upper())] = np.median(clip.values[:, at])
        kept = offsets[bone, ["XYZ".index(c[0].upper()) for _, c in places]]
        moved = np.abs(clip.values[:, [at for at, _ in places]] - kept)
        worst = max(worst, float(moved.max()))
        longest = max(longest, float(np.linalg.norm(offsets[bone])))
    if worst <= _STRETCH * longest:
        return offsets, ()
    return offsets, (
        f"its bones move against each other by up to {worst:.3g} of its units, which takes do "
        "not have: each stays at its middle",
    )


def resting_at(bones: BvhBones, frame: int, path: Path) -> BvhBones:
    """The same motion told from the pose of a frame, counted from 1, instead.

    Raises:
        RetargetError: there is no such frame.
    """
    if not 1 <= frame <= len(bones.turns):
        raise RetargetError(f"{path}: --rest-frame {frame}: it has {len(bones.turns)} frames")
    turns, places, rest = bones.turns[frame - 1], bones.places[frame - 1], bones.skeleton
    ends = (turns @ (rest.tails - rest.heads)[..., None])[..., 0]
    return replace(
        bones,
        skeleton=replace(rest, heads=places, tails=places + ends, axes=turns @ rest.axes),
        turns=bones.turns @ np.swapaxes(turns, -1, -2),
    )
