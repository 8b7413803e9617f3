"""Where head, feet and legs are among bones that were mapped to joints."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

_TOPS = ("head", "neck", "spine3", "spine2", "spine1")
_BOTTOMS = ("ankle", "knee", "hip")
_SIDES = ("left", "right")


def along_body(places: Array, rows: Mapping[int, int]) -> Array | None:
    """(..., B, 3) to (..., 3) from the feet, or what is nearest to them, to the head."""
    top = _first(rows, *_TOPS)
    for part in _BOTTOMS:
        bottoms = [
            rows[j] for j in SMPLX.indices(*(f"{side}_{part}" for side in _SIDES)) if j in rows
        ]
        if bottoms and top is not None:
            return places[..., top, :] - places[..., bottoms, :].mean(-2)
    return None


def leg_length(heads: Array, rows: Mapping[int, int], body: Array) -> float:
    """Thigh and shin together; where a skeleton has no legs, what its trunk makes likely."""
    own = {joint: joint for joint in rows}
    legs = [_chain(heads, rows, *(f"{s}_{part}" for part in _BOTTOMS)) for s in _SIDES]
    legs = [length for length in legs if length > 0]
    if legs:
        return float(np.mean(legs))
    full = {joint: joint for joint in range(len(SMPLX.names))}
    leg = _chain(body, full, "left_hip", "left_knee", "left_ankle")
    trunk = ("pelvis", *(name for name in reversed(_TOPS) if SMPLX.index(name) in rows))
    length = _chain(body, own, *trunk)
    return leg * _chain(heads, rows, *trunk) / length if length > 0 else 0.0


def _chain(heads: Array, rows: Mapping[int, int], *names: str) -> float:
    """The length of bones in a row; 0 where one is missing."""
    joints = SMPLX.indices(*names)
    if any(joint not in rows for joint in joints):
        return 0.0
    return float(np.linalg.norm(np.diff(heads[[rows[j] for j in joints]], axis=0), axis=-1).sum())


def _first(rows: Mapping[int, int], *names: str) -> int | None:
    return next((rows[j] for j in SMPLX.indices(*names) if j in rows), None)
