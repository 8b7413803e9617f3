# SPDX-License-Identifier: GPL-3.0-or-later
"""A smooth mannequin around posed bones, as arrays for a mesh. Pure NumPy.

Every bone is a capsule that may be flat; their union reads as a body from any side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

_CAP_RINGS = 6
_MODELLED_HEIGHT_M = 1.5
"""From toes to head joint of the person the thicknesses were made for."""


@dataclass(frozen=True, slots=True)
class _Capsule:
    """Radii at both ends in m, their stretch along the bone's x and z, where on the bone the
    ends are (0 head, 1 tail)."""

    head: float
    tail: float
    x: float = 1.0
    z: float = 1.0
    start: float = 0.0
    end: float = 1.0

    @property
    def sides(self) -> int:
        """How round it is drawn: coarse limbs show their edges in shadows, fingers do not."""
        return 28 if self.head > 0.02 else 8


_FLESH = {
    "pelvis": _Capsule(0.098, 0.095, 1.4, 1.0, -0.1, 0.9),
    "spine1": _Capsule(0.092, 0.095, 1.35, 0.95),
    "spine2": _Capsule(0.095, 0.108, 1.35, 0.92),
    "spine3": _Capsule(0.106, 0.05, 1.4, 0.88, 0.0, 0.75),
    "neck": _Capsule(0.05, 0.047, end=1.1),
    "head": _Capsule(0.07, 0.083, 0.95, 1.12, 0.2, 0.52),
    "hip": _Capsule(0.08, 0.054),
    "knee": _Capsule(0.053, 0.036),
    "ankle": _Capsule(0.04, 0.034, 1.0, 0.9),
    "foot": _Capsule(0.036, 0.026, 1.2, 0.75, 0.0, 0.8),
    "collar": _Capsule(0.05, 0.055),
    "shoulder": _Capsule(0.053, 0.041),
    "elbow": _Capsule(0.041, 0.027),
    "wrist": _Capsule(0.026, 0.032, 1.15, 0.5, 0.05, 0.85),
    "thumb": _Capsule(0.012, 0.010),
    "finger": _Capsule(0.0095, 0.008),
}
_EYE = _Capsule(0.014, 0.014, start=0.6, end=0.6)


def mannequin(heads: Array, axes: Array, lengths: Array) -> tuple[Array, Array]:
    """A body around 55 posed bones.

    Args:
        heads: (55, 3) m.
        axes: (55, 3, 3), columns are each bone's x, y (along it), z.
        lengths: (55,) m.

    Returns:
        Vertices (V, 3) m and quads (F, 4).
    """
    joints = [j for j, name in enumerate(SMPLX.names) if not name.endswith(("jaw", "eye"))]
    return _bodies([_flesh(SMPLX.names[j]) for j in joints], joints, heads, axes, lengths)


def eyes(heads: Array, axes: Array, lengths: Array) -> tuple[Array, Array]:
    """Two balls, as `mannequin`: they show where somebody looks."""
    joints = SMPLX.indices("left_eye", "right_eye")
    return _bodies([_EYE, _EYE], joints, heads, axes, lengths)


def _flesh(name: str) -> _Capsule:
    part = name.removeprefix("left_").removeprefix("right_")
    if part in _FLESH:
        return _FLESH[part]
    return _FLESH["thumb" if part.startswith("thumb") else "finger"]


def _bodies(
    capsules: list[_Capsule], joints: list[int], heads: Array, axes: Array, lengths: Array
) -> tuple[Array, Array]:
    size = _stature(heads, lengths)
    parts = [
        heads[j] + _surface(capsule, lengths[j], size) @ axes[j].T
        for capsule, j in zip(capsules, joints, strict=True)
    ]
    first = np.cumsum([0, *map(len, parts)])
    faces = [_quads(capsule.sides) + at for capsule, at in zip(capsules, first, strict=False)]
    return np.concatenate(parts), np.concatenate(faces)


def _stature(heads: Array, lengths: Array) -> float:
    """How large the person is beside the modelled one, whatever the pose."""
    chain = SMPLX.indices(
        "left_knee", "left_hip", "pelvis", "spine1", "spine2", "spine3", "neck", "left_ankle"
    )
    return float(lengths[chain].sum()) / _MODELLED_HEIGHT_M


def _surface(capsule: _Capsule, length: float, size: float) -> Array:
    """(V, 3) in the bone's own axes: rings from the head's pole to the tail's."""
    angle = np.linspace(0, np.pi / 2, _CAP_RINGS)
    head, tail = capsule.head * size, capsule.tail * size
    radius = np.concatenate([head * np.sin(angle), tail * np.cos(angle)])
    along = np.concatenate(
        [
            capsule.start * length - head * np.cos(angle) * min(1.0, capsule.z),
            capsule.end * length + tail * np.sin(angle) * min(1.0, capsule.z),
        ]
    )
    around = np.linspace(0, 2 * np.pi, capsule.sides, endpoint=False)
    rings = np.empty((len(radius), capsule.sides, 3))
    rings[..., 0] = capsule.x * radius[:, None] * np.cos(around)
    rings[..., 1] = along[:, None]
    rings[..., 2] = capsule.z * radius[:, None] * np.sin(around)
    return rings.reshape(-1, 3)


def _quads(sides: int) -> Array:
    """(F, 4) between neighbouring rings of one capsule."""
    ring, side = np.meshgrid(np.arange(2 * _CAP_RINGS - 1), np.arange(sides), indexing="ij")
    after = (side + 1) % sides
    corners = [ring * sides + side, (ring + 1) * sides + side]
    corners += [(ring + 1) * sides + after, ring * sides + after]
    return np.stack(corners, -1).reshape(-1, 4)
