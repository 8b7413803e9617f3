"""What an FBX file of ours says that its bones do: read again, to be compared with what was meant.

Files of others may hold more (pivots, pre-rotations, other orders of axes): those are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError
from ..euler import matrix_from_euler
from .channels import ROTATION, TRANSLATION
from .models import Model, Scene, making_sense_of
from .ticks import TICKS_PER_S
from .tree import read_tree

_ORDER = "ZYX"
_STRANGE = ("PreRotation", "PostRotation", "RotationOffset", "RotationPivot", "RotationOrder")

_Channel = tuple[int, str, int]
"""Number of the model, property, axis."""


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
    """Read a file that `write_fbx` or `write_rig_copy` wrote.

    Raises:
        RetargetError: it is damaged, or another program's.
    """
    scene = Scene(path, read_tree(path))
    with making_sense_of(path):
        return _clip(scene)


def _clip(scene: Scene) -> FbxClip:
    models = _parents_first(scene.models)
    _require_ours(scene.path, models)
    rows = {model.number: row for row, model in enumerate(models)}
    found = _curves(scene)
    ticks = _all_ticks(found)
    return FbxClip(
        names=tuple(model.name for model in models),
        parents=tuple(rows.get(model.parent, -1) for model in models),
        kinds=tuple(model.kind for model in models),
        metres=scene.metres_per_unit,
        scales=np.array([model.transform.scale for model in models]),
        ticks=ticks,
        keys=max((len(times) for times, _ in found.values()), default=0),
        curves=_sampled(models, found, ticks),
    )


def _parents_first(models: Mapping[int, Model]) -> list[Model]:
    def depth(model: Model) -> int:
        return 1 + depth(models[model.parent]) if model.parent else 0

    return sorted(models.values(), key=depth)


def _require_ours(path: Path, models: Sequence[Model]) -> None:
    for model in models:
        for name in _STRANGE:
            if any(model.transform.says.get(name, ())):
                raise RetargetError(f"{path}: '{model.name}' has {name}, which we do not write")


def _curves(scene: Scene) -> dict[_Channel, tuple[Array, Array]]:
    """(ticks, values) of what is animated."""
    curves = {each.values()[0]: each for each in scene.objects("AnimationCurve")}
    hung = list(scene.links("OP"))
    owner = {child: (parent, name) for child, parent, name in hung if child not in curves}
    found = {}
    for child, parent, axis in hung:
        if child in curves:
            model, name = owner[parent]
            times, keys = (curves[child].first(n) for n in ("KeyTime", "KeyValueFloat"))
            if times and keys:
                found[model, name, "XYZ".index(axis[-1])] = times.values()[0], keys.values()[0]
    return found


def _all_ticks(found: Mapping[_Channel, tuple[Array, Array]]) -> Array:
    each = [times for times, _ in found.values()]
    return np.unique(np.concatenate(each)) if each else np.zeros(1, np.int64)


def _sampled(
    models: Sequence[Model], found: Mapping[_Channel, tuple[Array, Array]], ticks: Array
) -> Array:
    """(B, 2, 3, T)."""
    values = np.empty((len(models), 2, 3, len(ticks)))
    for row, model in enumerate(models):
        own = model.transform
        still = ((TRANSLATION, own.own_translation), (ROTATION, own.own_angles))
        for kind, (name, rest) in enumerate(still):
            for axis in range(3):
                keys = found.get((model.number, name, axis))
                values[row, kind, axis] = rest[axis] if keys is None else np.interp(ticks, *keys)
    return values


def seconds(ticks: Array) -> Array:
    """(T,) s."""
    return ticks / TICKS_PER_S
