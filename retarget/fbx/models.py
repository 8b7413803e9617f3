"""The nodes of somebody's FBX file: who hangs on whom, and where they stand at rest."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError
from .transform import Transform
from .tree import Node, Tree

_CM_PER_METRE = 100.0

_LARGE = 1 << 62
"""Numbers beyond leave no room after them."""


@dataclass(frozen=True)
class Model:
    """One node of the scene."""

    number: int
    name: str
    kind: str
    """Such as `LimbNode`, which is a bone, or `Mesh`."""
    parent: int
    """The number of the node it hangs on; 0: none."""
    transform: Transform


@contextmanager
def making_sense_of(path: Path) -> Iterator[None]:
    """What cannot be made sense of is said to be damage of the file.

    Raises:
        RetargetError: instead of what reading raised.
    """
    try:
        yield
    except RetargetError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, struct.error, zlib.error) as error:
        raise RetargetError(f"{path}: damaged FBX file ({error})") from None


class Scene:
    """What a file has, for those who animate it.

    Raises:
        RetargetError: it has no objects or no connections.
    """

    def __init__(self, path: Path, tree: Tree) -> None:
        self.path = path
        self.tree = tree
        self._top = {each.name: each for each in tree.nodes}
        missing = [name for name in ("Objects", "Connections") if name not in self._top]
        if missing:
            raise RetargetError(f"{path}: there are no {missing[0]} in this file")

    def part(self, name: str) -> Node | None:
        """A record of the first level, such as `Takes`."""
        return self._top.get(name)

    def objects(self, *records: str) -> Iterator[Node]:
        """Those of some classes."""
        return (each for each in self._top["Objects"].children if each.name in records)

    @cached_property
    def models(self) -> dict[int, Model]:
        """By number."""
        template = _stated(self._template("Model"))
        above = self._above()
        found = {}
        for each in self.objects("Model"):
            number, name, kind = each.values()[:3]
            found[number] = Model(
                number=number,
                name=name.partition("\x00")[0],
                kind=kind,
                parent=above.get(number, 0),
                transform=Transform(template | _stated(each)),
            )
        _require_no_circles(found)
        return found

    @cached_property
    def bound(self) -> dict[int, Array]:
        """(4, 4) in the scene by number: where nodes stood when skin was bound to them."""
        found: dict[int, Array] = {}
        for pose in self.objects("Pose"):
            if pose.values()[2] == "BindPose":
                for each in pose.below("PoseNode"):
                    number, matrix = each.first("Node"), each.first("Matrix")
                    if number and matrix:
                        found[number.values()[0]] = _matrix(matrix)
        return found | dict(self._bound_by_clusters())

    def free_number(self) -> int:
        """From here on no object has that number."""
        numbers = (each.values()[0] for each in self._top["Objects"].children)
        return 1 + max((n for n in numbers if n < _LARGE), default=0)

    def settings(self) -> dict[str, Any]:
        """GlobalSettings by name."""
        return {name: values[0] for name, values in _rows(self.part("GlobalSettings")) if values}

    @property
    def metres_per_unit(self) -> float:
        """How long the file's unit is."""
        return float(self.settings().get("UnitScaleFactor", 1.0)) / _CM_PER_METRE

    def links(self, kind: str) -> Iterator[Sequence[Any]]:
        """Who hangs on what: (child, parent) of kind `OO`, with the parent's property of `OP`."""
        for each in self._top["Connections"].children:
            found, *link = each.values()
            if found == kind:
                yield link[: 3 if kind == "OP" else 2]

    def _bound_by_clusters(self) -> Iterator[tuple[int, Array]]:
        links = {
            each.values()[0]: link
            for each in self.objects("Deformer")
            if (link := each.first("TransformLink"))
        }
        for child, parent in self.links("OO"):
            if parent in links and child in self.models:
                yield child, _matrix(links[parent])

    def _above(self) -> dict[int, int]:
        """The model that each model hangs on."""
        numbers = {each.values()[0] for each in self.objects("Model")}
        return {
            child: parent
            for child, parent in self.links("OO")
            if child in numbers and parent in numbers
        }

    def _template(self, record: str) -> Node | None:
        definitions = self.part("Definitions")
        for each in definitions.below("ObjectType") if definitions else ():
            if each.values()[0] == record:
                return each.first("PropertyTemplate")
        return None


def _require_no_circles(models: Mapping[int, Model]) -> None:
    for model in models.values():
        climbed = 0
        while model.parent:
            model, climbed = models[model.parent], climbed + 1
            if climbed > len(models):
                raise ValueError(f"node '{model.name}' hangs on itself")


def _stated(each: Node | None) -> dict[str, tuple[float, ...]]:
    """The numbers among an object's properties."""
    return {name: values for name, values in _rows(each) if _are_numbers(values)}


def _are_numbers(values: tuple[Any, ...]) -> bool:
    return bool(values) and all(isinstance(value, int | float) for value in values)


def _rows(each: Node | None) -> Iterator[tuple[str, tuple[Any, ...]]]:
    block = each.first("Properties70") if each else None
    for row in block.children if block else ():
        name, _, _, _, *values = row.values()
        yield name, tuple(values)


def _matrix(each: Node) -> Array:
    """(4, 4); FBX multiplies rows by matrices."""
    return np.array(each.values()[0], float).reshape(4, 4).T
