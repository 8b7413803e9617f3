# SPDX-License-Identifier: GPL-3.0-or-later
"""What really moves the bones of a control rig, where constraints and drivers stand in between.

Controls of Rigify and its like hang on bones that constraints carry: the rest pose's chain of
parents says little about what turns them. So each control is turned once, and we look which others'
spaces turn with it. The pose is put back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from livemocap.rotation import Array, geodesic, matrix_from_rotvec

from ..armatures.armature import pose_bones

_TURN = matrix_from_rotvec([0.31, -0.47, 0.23])
"""Odd enough about every axis that nothing follows it by chance."""

_CHANNELS = {
    "location": (0, 0, 0),
    "rotation_quaternion": (1, 0, 0, 0),
    "rotation_euler": (0, 0, 0),
    "rotation_axis_angle": (0, 0, 1, 0),
    "scale": (1, 1, 1),
}
"""A pose bone's own values, and what they are at rest."""

_SAME = 0.002
"""rad; what is nearer than this is no difference."""


@dataclass(frozen=True, kw_only=True)
class ProbedParents:
    """What moves each of the bones asked for."""

    parents: Mapping[str, str | None]
    """The bone that turns it rigidly, the nearest of several; None: none of those asked for."""
    partly: Mapping[str, tuple[str, ...]]
    """Bones that follow others neither rigidly nor not at all, as when a stretching or averaging
    constraint lies between: one write a frame cannot be exact there."""


def probe_parents(armature_object: bpy.types.Object, bones: Sequence[str]) -> ProbedParents:
    """Turn each of `bones` once; the scene is evaluated as many times as there are bones.

    The object must be in the shown scene and not be animated: an action turns bones back.
    """
    with _at_rest(armature_object):
        still = _Spaces.of(armature_object, bones)
        turned = {bone: _turn(armature_object, bone, bones) for bone in bones}
    movers: dict[str, list[str]] = {bone: [] for bone in bones}
    partly: dict[str, list[str]] = {bone: [] for bone in bones}
    for mover, spaces in turned.items():
        expected = spaces.bones[mover] @ still.bones[mover].T
        for bone in set(bones) - {mover}:
            found = spaces.parents[bone] @ still.parents[bone].T
            if geodesic(found, expected) < _SAME:
                movers[bone].append(mover)
            elif geodesic(found, np.eye(3)) > _SAME:
                partly[bone].append(mover)
    return ProbedParents(
        # of several in one chain the nearest is the one that most others move as well
        parents={b: max(movers[b], key=lambda m: len(movers[m]), default=None) for b in bones},
        partly={bone: tuple(movers) for bone, movers in partly.items() if movers},
    )


@dataclass(frozen=True)
class _Spaces:
    """Rotations (3, 3) in the object's space, by bone."""

    bones: Mapping[str, Array]
    parents: Mapping[str, Array]
    """Of the space that a bone's own rotation is in."""

    @classmethod
    def of(cls, armature_object: bpy.types.Object, names: Sequence[str]) -> _Spaces:
        _evaluate(armature_object)
        posed = pose_bones(armature_object)
        return cls(
            bones={name: _rotation(posed[name].matrix) for name in names},
            parents={
                name: _rotation(posed[name].matrix @ posed[name].matrix_basis.inverted())
                for name in names
            },
        )


def _turn(armature_object: bpy.types.Object, bone: str, bones: Sequence[str]) -> _Spaces:
    """The spaces of all bones with one of them turned."""
    turned = pose_bones(armature_object)[bone]
    turned.matrix_basis = Matrix(_TURN.tolist()).to_4x4()
    try:
        return _Spaces.of(armature_object, bones)
    finally:
        turned.matrix_basis = Matrix()


def _rotation(matrix: Matrix) -> Array:
    return np.array(matrix.to_quaternion().to_matrix(), float)


@contextmanager
def _at_rest(armature_object: bpy.types.Object) -> Iterator[None]:
    """Every bone without a pose of its own, which it has again afterwards."""
    bones = pose_bones(armature_object)
    before = {channel: _channel(bones, channel) for channel in _CHANNELS}
    for channel, rest in _CHANNELS.items():
        bones.foreach_set(channel, np.tile(np.array(rest, np.float32), len(bones)))
    try:
        yield
    finally:
        for channel, values in before.items():
            bones.foreach_set(channel, values)
        _evaluate(armature_object)


def _evaluate(armature_object: bpy.types.Object) -> None:
    armature_object.update_tag(refresh={"DATA"})  # foreach_set does not say that it changed things
    bpy.context.view_layer.update()


def _channel(bones: Any, channel: str) -> Array:
    values = np.empty(len(bones) * len(_CHANNELS[channel]), np.float32)
    bones.foreach_get(channel, values)
    return values
