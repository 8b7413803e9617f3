"""An animation in an FBX file: a stack of one layer, and curves that all have the same times."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array

from .objects import Objects
from .properties import properties
from .tree import encode, encode_array, node

_KEY_VERSION = 4008
_LINEAR = 4
_AUTO_TANGENTS = 1 << 8 | 1 << 13 | 1 << 14
"""What programs see who make curves of the lines."""

_TANGENT_WEIGHTS = np.array([0, 0, 9.419963346924634e-30, 0], np.float32)
"""A third to the left and to the right, as FBX packs them."""

TRANSLATION, ROTATION = "Lcl Translation", "Lcl Rotation"
_SHORT = {TRANSLATION: "T", ROTATION: "R"}


class Channels:
    """Adds an animation to a file, channel by channel."""

    def __init__(self, objects: Objects, take: str, ticks: Array) -> None:
        """Add the stack.

        Args:
            take: its name.
            ticks: (T,) when all keys are, see `frame_ticks`.
        """
        self._objects = objects
        self._layer = _add_layer(objects, take, ticks)
        # the same bytes in every curve: pressed once, and as hard as possible
        self._times = encode_array(ticks, level=9)
        self._ending = [
            node("KeyAttrFlags", np.array([_LINEAR | _AUTO_TANGENTS], np.int32)),
            node("KeyAttrDataFloat", _TANGENT_WEIGHTS),
            node("KeyAttrRefCount", np.array([len(ticks)], np.int32)),
        ]

    def add(self, model: np.int64, channel: str, values: Array) -> None:
        """Let (T, 3) degrees or lengths in the file's unit drive a property of a model.

        Args:
            channel: `TRANSLATION` or `ROTATION`.
        """
        start = [(f"d|{axis}", "animated", float(values[0, k])) for k, axis in enumerate("XYZ")]
        curve_node = self._objects.add("AnimationCurveNode", _SHORT[channel], [properties(start)])
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
