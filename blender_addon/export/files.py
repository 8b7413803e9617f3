# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of moving bones, and what is read again from them. No bpy: a thread does this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from livemocap.rotation import Array
from retarget.bvh import read_bvh
from retarget.bvh_writing import speakable, write_bvh_tree
from retarget.errors import RetargetError
from retarget.fbx.clip import read_clip, seconds
from retarget.fbx.curves import FbxMotion
from retarget.fbx.rig import motion_of_rig, skeleton_of_rig
from retarget.fbx.rig_copy import write_rig_copy
from retarget.fbx.writing import write_fbx
from retarget.progress import Progress
from retarget.units import UNITS_PER_METRE

from .bones import MovingBones, as_bvh
from .plan import Checked, FileFormat

_AT_ONCE = 500
"""Frames that are worked on at a time."""

_BONE = "LimbNode"

_RATE_OFF = 1e-6
"""How much the rate of a file may differ, as a part of it."""

GoOn = Callable[[], None]


def write_file(
    path: Path,
    moving: MovingBones,
    form: FileFormat,
    fps: Fraction,
    take: str,
    progress: Progress = lambda done, of: None,
    character: Path | None = None,
) -> None:
    """Write it, whole or not at all.

    Args:
        character: an FBX file of the same bones, with meshes, that is to move.

    Raises:
        RetargetError
    """
    if form.kind == "bvh":
        tree, turns = as_bvh(moving, lambda: progress(0, 1))
        write_bvh_tree(path, tree, turns, fps, units=form.units, progress=progress)
        return
    skeleton = skeleton_of_rig(moving.rest)
    motion = _fbx_motion(moving, lambda: progress(0, 1))
    if character is not None:
        write_rig_copy(character, path, skeleton, motion, fps, take=take, progress=progress)
        return
    write_fbx(path, skeleton, motion, fps, units=form.units, take=take, progress=progress)


def _fbx_motion(moving: MovingBones, go_on: GoOn) -> FbxMotion:
    """All frames, some at a time."""
    parts = []
    for begin in range(0, len(moving.heads), _AT_ONCE):
        go_on()
        at = slice(begin, begin + _AT_ONCE)
        parts.append(motion_of_rig(moving.rest, moving.axes[at], moving.heads[at]))
    return FbxMotion(
        rotations=np.concatenate([part.rotations for part in parts]),
        translations=np.concatenate([part.translations for part in parts]),
    )


def check_file(
    path: Path,
    moving: MovingBones,
    form: FileFormat,
    fps: Fraction,
    go_on: GoOn = lambda: None,
) -> Checked:
    """Read it again and compare it with what it was to hold.

    Args:
        go_on: is asked now and then; what it raises ends the work.

    Raises:
        RetargetError: it cannot be read, or has other bones, another rate or other keys.
    """
    check = _check_bvh if form.kind == "bvh" else _check_fbx
    return check(path, moving, form, fps, go_on)


def _check_bvh(
    path: Path, moving: MovingBones, form: FileFormat, fps: Fraction, go_on: GoOn
) -> Checked:
    clip = read_bvh(path)
    _require_bones(path, clip.skeleton.names, speakable(moving.rest.names))
    _require_rate(path, 1 / clip.frame_time_s, fps)
    rows = [clip.skeleton.names.index(name) for name in speakable(moving.rest.names)]
    _require_frames(path, len(clip.values), moving)

    def joints(at: slice) -> Array:
        some = replace(clip, values=clip.values[at])
        return some.joints()[:, rows] / UNITS_PER_METRE[form.units]

    return Checked(_worst_mm(joints, moving.heads, go_on), len(clip.values), 0.0)


def _check_fbx(
    path: Path, moving: MovingBones, form: FileFormat, fps: Fraction, go_on: GoOn
) -> Checked:
    clip = read_clip(path)
    kinds = zip(clip.names, clip.kinds, strict=True)
    bones = tuple(name for name, kind in kinds if kind == _BONE or not form.meshes)
    _require_bones(path, bones, moving.rest.names)
    times_s = seconds(clip.ticks)
    _require_frames(path, len(times_s), moving)
    if len(times_s) > 1:
        _require_rate(path, (len(times_s) - 1) / float(times_s[-1] - times_s[0]), fps)
    if not form.meshes and np.abs(clip.scales - 1).max() > 0:
        raise RetargetError(f"{path}: read again it has scaled bones")
    places = {
        name: row
        for row, (name, kind) in enumerate(zip(clip.names, clip.kinds, strict=True))
        if kind == _BONE
    }
    rows = [places[name] for name in moving.rest.names]
    worst_mm = _worst_mm(lambda at: clip.heads(at)[:, rows], moving.heads, go_on)
    return Checked(worst_mm, clip.keys, float(times_s[0]))


def _worst_mm(found: Callable[[slice], Array], wanted: Array, go_on: GoOn) -> float:
    """Args: found: (some of T, B, 3) m by frames; wanted: (T, B, 3) m."""
    worst = 0.0
    for begin in range(0, len(wanted), _AT_ONCE):
        go_on()
        at = slice(begin, begin + _AT_ONCE)
        worst = max(worst, float(np.linalg.norm(found(at) - wanted[at], axis=-1).max()))
    return worst * 1e3


def _require_bones(path: Path, found: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    if sorted(found) != sorted(wanted):
        raise RetargetError(f"{path}: read again it has other bones than were written")


def _require_rate(path: Path, found: float, fps: Fraction) -> None:
    if abs(found / float(fps) - 1) > _RATE_OFF:
        raise RetargetError(f"{path}: read again it runs at {found:.6g} and not {float(fps):.6g}")


def _require_frames(path: Path, found: int, moving: MovingBones) -> None:
    if found != len(moving.heads):
        raise RetargetError(f"{path}: read again it has {found} keys of {len(moving.heads)}")
