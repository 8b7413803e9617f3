# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of moving bones, and what is read again from them. No bpy: a thread does this."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

from livemocap.rotation import Array
from retarget.bvh import read_bvh
from retarget.bvh_writing import speakable, write_bvh_tree
from retarget.errors import RetargetError
from retarget.fbx.clip import read_clip, seconds
from retarget.fbx.rig import motion_of_rig, skeleton_of_rig
from retarget.fbx.rig_copy import write_rig_copy
from retarget.fbx.writing import write_fbx
from retarget.units import UNITS_PER_METRE

from .bones import MovingBones, as_bvh
from .plan import Checked, FileFormat

_AT_ONCE = 500
"""Frames that are compared at a time."""

_BONE = "LimbNode"

_RATE_OFF = 1e-6
"""How much the rate of a file may differ, as a part of it."""

Progress = Callable[[int, int], None]


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
        write_bvh_tree(path, *as_bvh(moving), fps, units=form.units, progress=progress)
        return
    skeleton = skeleton_of_rig(moving.rest)
    motion = motion_of_rig(moving.rest, moving.axes, moving.heads)
    if character is not None:
        write_rig_copy(character, path, skeleton, motion, fps, take=take, progress=progress)
        return
    write_fbx(path, skeleton, motion, fps, units=form.units, take=take, progress=progress)


def check_file(path: Path, moving: MovingBones, form: FileFormat, fps: Fraction) -> Checked:
    """Read it again and compare it with what it was to hold.

    Raises:
        RetargetError: it cannot be read, or has other bones, another rate or other keys.
    """
    check = _check_bvh if form.kind == "bvh" else _check_fbx
    return check(path, moving, form, fps)


def _check_bvh(path: Path, moving: MovingBones, form: FileFormat, fps: Fraction) -> Checked:
    clip = read_bvh(path)
    _require_bones(path, clip.skeleton.names, speakable(moving.rest.names))
    _require_rate(path, 1 / clip.frame_time_s, fps)
    rows = [clip.skeleton.names.index(name) for name in speakable(moving.rest.names)]
    joints = clip.joints()[:, rows] / UNITS_PER_METRE[form.units]
    _require_frames(path, len(joints), moving)
    return Checked(_worst_mm(joints, moving.heads), len(joints), 0.0)


def _check_fbx(path: Path, moving: MovingBones, form: FileFormat, fps: Fraction) -> Checked:
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
    worst = [
        _worst_mm(clip.heads(slice(at, at + _AT_ONCE))[:, rows], moving.heads[at : at + _AT_ONCE])
        for at in range(0, len(times_s), _AT_ONCE)
    ]
    return Checked(max(worst), clip.keys, float(times_s[0]))


def _worst_mm(found: Array, wanted: Array) -> float:
    return float(np.linalg.norm(found - wanted, axis=-1).max()) * 1e3


def _require_bones(path: Path, found: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    if sorted(found) != sorted(wanted):
        raise RetargetError(f"{path}: read again it has other bones than were written")


def _require_rate(path: Path, found: float, fps: Fraction) -> None:
    if abs(found / float(fps) - 1) > _RATE_OFF:
        raise RetargetError(f"{path}: read again it runs at {found:.6g} and not {float(fps):.6g}")


def _require_frames(path: Path, found: int, moving: MovingBones) -> None:
    if found != len(moving.heads):
        raise RetargetError(f"{path}: read again it has {found} keys of {len(moving.heads)}")
