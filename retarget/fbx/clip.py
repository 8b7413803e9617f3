"""What an FBX file of ours says that its bones do: read again, to be compared with what was meant.

Files of others may hold more (pivots, pre-rotations, other orders of axes): those are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError
from ..euler import matrix_from_euler
from .objects import ROOT
from .ticks import TICKS_PER_S
from .tree import Node, Tree, read_tree

_ORDER = "ZYX"
_CM_PER_METRE = 100.0
_STRANGE = ("PreRotation", "PostRotation", "RotationOffset", "RotationPivot", "RotationOrder")


@dataclass(frozen=True, kw_only=True)
class FbxClip:
    """Models with their motion, parents before their children."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """-1 for a root."""
    kinds: tuple[str, ...]
    """Such as LimbNode."""
    metres: float
    """Of the file's unit."""
    scales: Array
    """(B, 3)."""
    ticks: Array
    """(T,) when keys stand, of all curves together."""
    keys: int
    """Of the longest curve."""
    curves: Array
    """(B, 2, 3, T) places in the file's unit and degrees."""

    def heads(self, at: slice = slice(None)) -> Array:
        """(T, B, 3) m in the world, at the ticks or some of them."""
        frames, bones = len(self.ticks[at]), len(self.names)
        turns = np.empty((bones, frames, 3, 3))
        heads = np.empty((bones, frames, 3))
        for bone, parent in enumerate(self.parents):
            place, angles = np.swapaxes(self.curves[bone][..., at], -1, -2)
            local = matrix_from_euler(np.radians(angles[:, ::-1]), _ORDER) * self.scales[bone]
            if parent < 0:
                turns[bone], heads[bone] = local, place
                continue
            above = turns[parent]
            turns[bone] = above @ local
            heads[bone] = heads[parent] + (above @ place[..., None])[..., 0]
        return np.swapaxes(heads, 0, 1) * self.metres


def read_clip(path: Path) -> FbxClip:
    """Read a file that `write_fbx` wrote.

    Raises:
        RetargetError: it is damaged, or another program's.
    """
    try:
        return _clip(read_tree(path))
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise RetargetError(f"{path}: not an FBX file as we write them ({error})") from None


def _clip(tree: Tree) -> FbxClip:
    objects, links = _section(tree, "Objects"), _section(tree, "Connections")
    models = {each.values()[0]: each for each in objects if each.name == "Model"}
    joined = [each.values()[1:3] for each in links if each.values()[0] == "OO"]
    # bones hang on what deforms skin, too
    above = {child: parent for child, parent in joined if child in models and parent in models}
    order = _parents_first(list(models), above)
    rows = {number: row for row, number in enumerate(order)}
    found = _curves(objects, links)
    ticks = _all_ticks(found)
    titles = [models[number].values() for number in order]
    rest = [_properties(models[number]) for number in order]
    return FbxClip(
        names=tuple(title[1].split("\0")[0] for title in titles),
        parents=tuple(rows.get(above.get(number, ROOT), -1) for number in order),
        kinds=tuple(title[2] for title in titles),
        metres=_unit_cm(tree) / _CM_PER_METRE,
        scales=np.array([each.get("Lcl Scaling", (1.0, 1.0, 1.0)) for each in rest]),
        ticks=ticks,
        keys=max((len(times) for times, _ in found.values()), default=0),
        curves=_sampled(order, rest, found, ticks),
    )


def _section(tree: Tree, name: str) -> list[Node]:
    return next(each for each in tree.nodes if each.name == name).children


def _parents_first(numbers: list[Any], above: dict[Any, Any]) -> list[Any]:
    known = set(numbers)

    def depth(number: Any) -> int:
        return 1 + depth(above[number]) if above.get(number) in known else 0

    return sorted(numbers, key=depth)


def _properties(model: Node) -> dict[str, tuple[float, ...]]:
    block = model.first("Properties70")
    found = {}
    for row in () if block is None else block.below("P"):
        name, *_, values = (*row.values()[:4], row.values()[4:])
        if name in _STRANGE and any(values):
            raise ValueError(f"{name} in {model.values()[1]!r}")
        found[name] = tuple(values)
    return found


def _unit_cm(tree: Tree) -> float:
    settings = next(each for each in tree.nodes if each.name == "GlobalSettings")
    return float(_properties(settings)["UnitScaleFactor"][0])


def _curves(objects: list[Node], links: list[Node]) -> dict[tuple[Any, str, int], Any]:
    """(ticks, values) by model, property and axis."""
    curves = {each.values()[0]: each for each in objects if each.name == "AnimationCurve"}
    hung = [each.values()[1:] for each in links if each.values()[0] == "OP"]
    owner = {child: (parent, name) for child, parent, name in hung if child not in curves}
    found = {}
    for child, parent, axis in hung:
        if child in curves:
            model, name = owner[parent]
            times, keys = (curves[child].first(n) for n in ("KeyTime", "KeyValueFloat"))
            assert times is not None
            assert keys is not None
            found[model, name, "XYZ".index(axis[-1])] = times.values()[0], keys.values()[0]
    return found


def _all_ticks(found: dict[tuple[Any, str, int], Any]) -> Array:
    each = [times for times, _ in found.values()]
    return np.unique(np.concatenate(each)) if each else np.zeros(1, np.int64)


def _sampled(
    order: list[Any],
    rest: list[dict[str, tuple[float, ...]]],
    found: dict[tuple[Any, str, int], Any],
    ticks: Array,
) -> Array:
    """(B, 2, 3, T)."""
    values = np.empty((len(order), 2, 3, len(ticks)))
    for row, number in enumerate(order):
        for kind, name in enumerate(("Lcl Translation", "Lcl Rotation")):
            still = rest[row].get(name, (0.0, 0.0, 0.0))
            for axis in range(3):
                times, keys = found.get((number, name, axis), (None, None))
                if times is None:
                    values[row, kind, axis] = still[axis]
                else:
                    values[row, kind, axis] = np.interp(ticks, times, keys)
    return values


def seconds(ticks: Array) -> Array:
    """(T,) s."""
    return ticks / TICKS_PER_S
