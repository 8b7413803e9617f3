"""A motion as FBX has it: a stack of one layer, and for each channel a curve with every frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError
from .eulers import continuous_degrees
from .objects import Objects
from .properties import properties
from .skeleton import FbxSkeleton
from .ticks import frame_ticks
from .tree import encode, encode_array, node

_KEY_VERSION = 4008
_LINEAR = 4
_AUTO_TANGENTS = 1 << 8 | 1 << 13 | 1 << 14
"""What programs see who make curves of the lines."""

_TANGENT_WEIGHTS = np.array([0, 0, 9.419963346924634e-30, 0], np.float32)
"""A third to the left and to the right, as FBX packs them."""

_STILL_M = 1e-7
"""A bone that never gets farther from its rest place than this stays there."""


@dataclass(frozen=True, kw_only=True)
class FbxMotion:
    """What B bones do at T instants, frame 0 at time 0."""

    rotations: Array
    """(T, B, 4) unit wxyz in the parent's axes, rest included."""
    translations: Array | None = None
    """(T, B, 3) m in the parent's axes, or (T, 3) of the first bone alone; None: as at rest."""

    @property
    def frames(self) -> int:
        return len(self.rotations)


Progress = Callable[[int, int], None]
"""Told how many bones are done, and of how many; what it raises ends the writing."""


def add_curves(
    objects: Objects,
    skeleton: FbxSkeleton,
    models: Sequence[np.int64],
    motion: FbxMotion,
    fps: Fraction,
    take: str,
    units_per_metre: float,
    progress: Progress,
) -> None:
    """Add a motion of the bones that `models` are the numbers of.

    Raises:
        RetargetError: the motion is of another number of bones, or has no frame.
    """
    places = _translations(skeleton, motion)
    ticks = frame_ticks(motion.frames, fps)
    curves = _Curves(objects, _add_layer(objects, take, ticks), ticks)
    for bone, model in enumerate(models):
        progress(bone, len(models))
        rest = skeleton.rest_local_translation[bone]
        if (np.abs(places[:, bone] - rest) > _STILL_M).any():
            curves.add(model, "T", "Lcl Translation", places[:, bone] * units_per_metre)
        rest_wxyz = skeleton.rest_local_rotation[bone]
        angles = continuous_degrees(motion.rotations[:, bone], rest_wxyz)
        curves.add(model, "R", "Lcl Rotation", angles)
    progress(len(models), len(models))


def _translations(skeleton: FbxSkeleton, motion: FbxMotion) -> Array:
    """(T, B, 3) m of every bone."""
    bones, given = len(skeleton.names), motion.translations
    if motion.rotations.shape != (motion.frames, bones, 4) or not motion.frames:
        raise RetargetError(f"a motion of {bones} bones needs (frames, {bones}, 4) rotations")
    if (
        not np.isfinite(motion.rotations).all()
        or not np.isfinite(given if given is not None else 0).all()
    ):
        raise RetargetError("the motion has values that are no numbers")
    shape = (motion.frames, bones, 3)
    if given is not None and given.shape == shape:
        return given
    places = np.broadcast_to(skeleton.rest_local_translation, shape)
    if given is None:
        return places
    if given.shape != (motion.frames, 3):
        raise RetargetError(f"translations must be {shape} or {(motion.frames, 3)}")
    first = np.broadcast_to(np.arange(bones)[:, None] == 0, shape)
    return np.where(first, given[:, None], places)


def _add_layer(objects: Objects, take: str, ticks: Array) -> np.int64:
    span = [
        (f"{kind}{end}", "time", np.int64(at))
        for kind in ("Local", "Reference")
        for end, at in (("Start", ticks[0]), ("Stop", ticks[-1]))
    ]
    stack = objects.add("AnimationStack", take, [properties(span)])
    layer = objects.add("AnimationLayer", take)
    objects.connect(layer, stack)
    return layer


class _Curves:
    """Adds curves that all have the same times."""

    def __init__(self, objects: Objects, layer: np.int64, ticks: Array) -> None:
        self._objects = objects
        self._layer = layer
        # the same bytes in every curve: pressed once, and as hard as possible
        self._times = encode_array(ticks, level=9)
        flags = np.array([_LINEAR | _AUTO_TANGENTS], np.int32)
        self._ending = [
            node("KeyAttrFlags", flags),
            node("KeyAttrDataFloat", _TANGENT_WEIGHTS),
            node("KeyAttrRefCount", np.array([len(ticks)], np.int32)),
        ]

    def add(self, model: np.int64, short: str, channel: str, values: Array) -> None:
        """Let (T, 3) values in the file's units drive a property of a model."""
        start = [(f"d|{axis}", "animated", float(values[0, k])) for k, axis in enumerate("XYZ")]
        curve_node = self._objects.add("AnimationCurveNode", short, [properties(start)])
        self._objects.connect(curve_node, self._layer)
        self._objects.connect(curve_node, model, channel)
        for column, axis in enumerate("XYZ"):
            curve = self._add_curve(values[:, column])
            self._objects.connect(curve, curve_node, f"d|{axis}")

    def _add_curve(self, values: Array) -> np.int64:
        times, keys = node("KeyTime"), node("KeyValueFloat")
        times.properties = [self._times]
        keys.properties = [encode(np.ascontiguousarray(values, np.float32))]
        start = [node("Default", float(values[0])), node("KeyVer", _KEY_VERSION)]
        return self._objects.add("AnimationCurve", "", [*start, times, keys, *self._ending])
