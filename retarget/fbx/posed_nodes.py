"""What the nodes of somebody's file have to do so that their bones are where they should be.

A node stands in its parent as the bone does, seen through axes that never change: those of the
file instead of our world's, the node's own instead of the bone's, and whatever still nodes lie
between. So each bone is turned by itself, without going through the world.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array, matrix_from_quat

from ..errors import RetargetError
from .channels import ROTATION, TRANSLATION
from .curves import FbxMotion, local_translations
from .models import Model, Scene
from .skeleton import FbxSkeleton

_BONE_KINDS = ("LimbNode", "Root", "Limb", "Null")

_SAME_PLACE_M = 1e-3
"""How far a node may stand from where its bone was read."""

_ROUNDING = 1e-3
"""How much of their size exporters lose, and how much a node's scales may differ."""

_STILL_DEG, _STILL = 1e-5, 1e-6
"""What never leaves the file's own angle, or place in the file's unit, by more is not moved."""

_AXES = ("Coord", "Up", "Front")
"""Our X, Y and Z as a file's settings call them."""


@dataclass(frozen=True)
class Moves:
    """What one node does."""

    number: int
    channels: Mapping[str, Array]
    """(T, 3) by channel, degrees or the file's unit; those that stay as they are are left out."""


class PosedNodes:
    """A file's nodes and the bones that were read from them.

    Raises:
        RetargetError: not every bone has a node, a node is not where its bone is, or it has what
            we do not animate.
    """

    def __init__(self, scene: Scene, skeleton: FbxSkeleton) -> None:
        self._scene = scene
        self._skeleton = skeleton
        self._axes, self._metres = _world_axes(scene), scene.metres_per_unit
        self._numbers = [self._node_of(name) for name in skeleton.names]
        self._rows = {number: row for row, number in enumerate(self._numbers)}
        self._world = skeleton.rest_world()
        self._turned = [self._read_axes(row) for row in range(len(skeleton.names))]

    def moves(self, motion: FbxMotion) -> Iterator[Moves]:
        """What each bone's node does.

        Args:
            motion: that fits the skeleton, see `require_fitting`.
        """
        places = local_translations(self._skeleton, motion)
        for row, number in enumerate(self._numbers):
            bone_turns = matrix_from_quat(motion.rotations[:, row])
            turns, moved = self._in_parent(row, bone_turns, places[:, row])
            yield Moves(number, _channels(self._scene.models[number], turns, moved))

    def _in_parent(self, row: int, turns: Array, places: Array) -> tuple[Array, Array]:
        """(T, 3, 3) and (T, 3) of a bone in its parent bone, to the node's in its parent node."""
        between, parent = self._still_between(row), self._skeleton.parents[row]
        seen = self._axes.T if parent < 0 else self._turned[parent].T
        size = self._metres * (1 if parent < 0 else self._size(self._numbers[parent]))
        scale = np.cbrt(np.linalg.det(between[:3, :3]))
        to_node = between[:3, :3].T / scale
        return (
            to_node @ seen @ turns @ self._turned[row],
            (places @ seen.T / size - between[:3, 3]) @ to_node.T / scale,
        )

    def _still_between(self, row: int) -> Array:
        """(4, 4) of the nodes between the parent bone's and the bone's own."""
        models, between = self._scene.models, np.eye(4)
        number = models[self._numbers[row]].parent
        while number and number not in self._rows:
            between = models[number].transform.local @ between
            number = models[number].parent
        parent = self._skeleton.parents[row]
        if number != (self._numbers[parent] if parent >= 0 else 0):
            name = self._skeleton.names[row]
            raise RetargetError(f"{self._scene.path}: bone '{name}' hangs on another one there")
        return between

    def _node_of(self, bone: str) -> int:
        named = [model for model in self._scene.models.values() if model.name == bone]
        found = [model for model in named if model.kind in _BONE_KINDS] or named
        if len(found) != 1:
            many = f"{len(found)} nodes are" if found else "no node is"
            raise RetargetError(f"{self._scene.path}: {many} called '{bone}'")
        return found[0].number

    def _read_axes(self, row: int) -> Array:
        """(3, 3) from the bone's axes as they were read to the node's own, at rest."""
        model = self._scene.models[self._numbers[row]]
        self._require_known(model)
        rest = self._rest(model)
        away = self._axes @ rest[:3, 3] * self._metres - self._world[row, :3, 3]
        if np.linalg.norm(away) > _SAME_PLACE_M:
            raise RetargetError(
                f"{self._scene.path}: bone '{model.name}' was read "
                f"{np.linalg.norm(away):.3g} m from where its node is bound"
            )
        turn = rest[:3, :3] / np.linalg.norm(rest[:3, :3], axis=0)
        return self._world[row, :3, :3].T @ self._axes @ turn

    def _rest(self, model: Model) -> Array:
        """(4, 4) in the scene: where skin was bound, or as the file has it."""
        if model.number in self._scene.bound:
            return self._scene.bound[model.number]
        above = self._rest(self._scene.models[model.parent]) if model.parent else np.eye(4)
        return above @ model.transform.local

    def _require_known(self, model: Model) -> None:
        """Of a node and all above it."""
        while True:
            scale, where = model.transform.scale, f"{self._scene.path}: node '{model.name}'"
            if scale.min() <= 0 or np.ptp(scale) > _ROUNDING * scale.max():
                raise RetargetError(
                    f"{where} is scaled unevenly or mirrored; apply its scale first"
                )
            if not model.transform.known_order:
                raise RetargetError(f"{where} turns by spheric angles; give it an order of axes")
            if not model.parent:
                return
            if not model.transform.inherits_scale and self._size(model.parent) != 1:
                raise RetargetError(f"{where} leaves out the scale of what it hangs on")
            model = self._scene.models[model.parent]

    def _size(self, number: int) -> float:
        """Of a node in the scene."""
        size = 1.0
        while number:
            model = self._scene.models[number]
            size, number = size * float(model.transform.scale.mean()), model.parent
        return 1.0 if abs(size - 1) < _ROUNDING else size


def _world_axes(scene: Scene) -> Array:
    """(3, 3) from the file's axes to our world's."""
    says = scene.settings()
    axes = np.zeros((3, 3))
    for ours, (name, otherwise) in enumerate(zip(_AXES, (0, 1, 2), strict=True)):
        axes[ours, says.get(f"{name}Axis", otherwise)] = says.get(f"{name}AxisSign", 1)
    if np.linalg.det(axes) < 0.5:
        raise RetargetError(f"{scene.path}: its axes are left-handed")
    return axes


def _channels(model: Model, turns: Array, places: Array) -> dict[str, Array]:
    own = model.transform
    angles, moved = own.angles(turns), own.translations(turns, places)
    found = {}
    if np.abs(angles - own.own_angles).max() > _STILL_DEG:
        found[ROTATION] = angles
    if np.abs(moved - own.own_translation).max() > _STILL:
        found[TRANSLATION] = moved
    return found
