"""What the nodes of somebody's file have to do so that their bones are where they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError
from ..rigs.skeleton import RigSkeleton
from .channels import ROTATION, TRANSLATION
from .models import Model, Scene

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


@dataclass(frozen=True)
class _Placed:
    """Where a node is in the scene, in the file's axes and unit; T is 1 if it stays there."""

    turns: Array
    """(T, 3, 3)."""
    places: Array
    """(T, 3)."""
    size: float


_SCENE = _Placed(np.eye(3)[None], np.zeros((1, 3)), 1.0)


class PosedNodes:
    """A file's nodes and the bones that were read from them.

    Raises:
        RetargetError: not every bone has a node, a node is not where its bone is, or it has what
            we do not animate.
    """

    def __init__(self, scene: Scene, rig: RigSkeleton) -> None:
        self._scene = scene
        self._rig = rig
        self._axes, self._metres = _world_of(scene)
        self._rows = {self._node_of(name): row for row, name in enumerate(rig.names)}
        self._chain = self._with_all_above()
        for number in self._chain:
            self._require_known(scene.models[number])
        self._own_axes = {number: self._read_axes(number) for number in self._rows}

    def moves(self, axes: Array, heads: Array) -> Iterator[Moves]:
        """What each bone's node does, parents first.

        Args:
            axes: (T, B, 3, 3) of the bones in the world.
            heads: (T, B, 3) m in the world.
        """
        placed = {0: _SCENE}
        for number in self._chain:
            model = self._scene.models[number]
            above = placed[model.parent]
            if number not in self._rows:
                placed[number] = _carried(model, above)
                continue
            row = self._rows[number]
            placed[number] = here = _Placed(
                self._axes.T @ axes[:, row] @ self._own_axes[number],
                heads[:, row] @ self._axes / self._metres,
                above.size * _size(model),
            )
            yield Moves(number, _channels(model, above, here))

    def _node_of(self, bone: str) -> int:
        named = [model for model in self._scene.models.values() if model.name == bone]
        found = [model for model in named if model.kind in _BONE_KINDS] or named
        if len(found) != 1:
            many = f"{len(found)} nodes are" if found else "no node is"
            raise RetargetError(f"{self._scene.path}: {many} called '{bone}'")
        return found[0].number

    def _with_all_above(self) -> list[int]:
        """The bones' nodes and what they hang on, parents first."""
        order: dict[int, None] = {}
        for number in self._rows:
            way = []
            while number and number not in order:
                way.append(number)
                number = self._scene.models[number].parent
            order |= dict.fromkeys(reversed(way))
        return list(order)

    def _require_known(self, model: Model) -> None:
        scale, where = model.transform.scale, f"{self._scene.path}: node '{model.name}'"
        if scale.min() <= 0 or np.ptp(scale) > _ROUNDING * scale.max():
            raise RetargetError(f"{where} is scaled unevenly or mirrored; apply its scale first")
        if not model.transform.known_order:
            raise RetargetError(f"{where} turns by spheric angles; give it an order of axes")
        if not model.transform.inherits_scale and self._scaled_above(model):
            raise RetargetError(f"{where} leaves out the scale of what it hangs on")

    def _scaled_above(self, model: Model) -> bool:
        size = 1.0
        while model.parent:
            model = self._scene.models[model.parent]
            size *= _size(model)
        return abs(size - 1) > _ROUNDING

    def _read_axes(self, number: int) -> Array:
        """(3, 3) from the bone's axes as they were read to the node's own, at rest."""
        rest, row = self._rest(number), self._rows[number]
        model = self._scene.models[number]
        away = self._axes @ rest[:3, 3] * self._metres - self._rig.heads[row]
        if np.linalg.norm(away) > _SAME_PLACE_M:
            raise RetargetError(
                f"{self._scene.path}: bone '{model.name}' was read "
                f"{np.linalg.norm(away):.3g} m from where its node is bound"
            )
        turn = rest[:3, :3] / np.linalg.norm(rest[:3, :3], axis=0)
        return self._rig.axes[row].T @ self._axes @ turn

    def _rest(self, number: int) -> Array:
        """(4, 4) in the scene: where skin was bound, or as the file has it."""
        if number in self._scene.bound:
            return self._scene.bound[number]
        model = self._scene.models[number]
        above = self._rest(model.parent) if model.parent else np.eye(4)
        return above @ model.transform.local


def _world_of(scene: Scene) -> tuple[Array, float]:
    """(3, 3) from the file's axes to our world's, and metres a unit."""
    says = scene.settings()
    axes = np.zeros((3, 3))
    for ours, (name, otherwise) in enumerate(zip(_AXES, (0, 1, 2), strict=True)):
        axes[ours, says.get(f"{name}Axis", otherwise)] = says.get(f"{name}AxisSign", 1)
    if np.linalg.det(axes) < 0.5:
        raise RetargetError(f"{scene.path}: its axes are left-handed")
    return axes, says.get("UnitScaleFactor", 1.0) / 100


def _carried(model: Model, above: _Placed) -> _Placed:
    """A node that stays as it is in its parent."""
    local, size = model.transform.local, _size(model)
    return _Placed(
        above.turns @ (local[:3, :3] / size),
        above.places + above.size * (above.turns @ local[:3, 3]),
        above.size * size,
    )


def _channels(model: Model, above: _Placed, here: _Placed) -> dict[str, Array]:
    to_above = np.swapaxes(above.turns, -1, -2)
    turns = to_above @ here.turns
    places = (to_above @ (here.places - above.places)[..., None])[..., 0] / above.size
    own = model.transform
    angles, moved = own.angles(turns), own.translations(turns, places)
    found = {}
    if np.abs(angles - own.own_angles).max() > _STILL_DEG:
        found[ROTATION] = angles
    if np.abs(moved - own.own_translation).max() > _STILL:
        found[TRANSLATION] = moved
    return found


def _size(model: Model) -> float:
    return float(model.transform.scale.mean())
