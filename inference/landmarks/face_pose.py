"""From face landmarks to how far the jaw is open, and a few named expressions."""

from __future__ import annotations

import numpy as np

from .observation import Array, FaceLandmarks

_INNER_LIPS = (13, 14)
_HEIGHT = (10, 152)
_MOUTH = (61, 291)
_EYE_CORNERS = (33, 263)
_EYES = {"left": ((386, 374), (362, 263)), "right": ((159, 145), (33, 133))}
"""Face-mesh points: (upper lid, lower lid), (inner and outer corner); the person's left."""

_JAW_REST, _JAW_GAIN, _JAW_LIMIT = 0.02, 2.6, 0.5
_EYE_OPEN, _EYE_SHUT = 0.24, 0.10
"""Lid distance over eye width."""
_MOUTH_REST, _MOUTH_SMILING = 0.56, 0.72
"""Mouth width over the distance of the outer eye corners."""


def jaw_opening(face: FaceLandmarks | None) -> float:
    """Rotation of the jaw about +X, rad; closed when there is no face."""
    if face is None:
        return 0.0
    points = _points(face)
    gap = _distance(points, _INNER_LIPS)
    height = max(_distance(points, _HEIGHT) - gap, 1e-6)
    return float(np.clip((gap / height - _JAW_REST) * _JAW_GAIN, 0, _JAW_LIMIT))


def expressions(face: FaceLandmarks | None) -> dict[str, float]:
    """Coefficients, 0 to 1, of the expressions that show in the geometry of the mesh."""
    if face is None:
        return {}
    points = _points(face)
    found = {}
    for side, (lids, corners) in _EYES.items():
        opening = _distance(points, lids) / max(_distance(points, corners), 1e-6)
        found[f"blink_{side}"] = _between(opening, _EYE_OPEN, _EYE_SHUT)
    width = _distance(points, _MOUTH) / max(_distance(points, _EYE_CORNERS), 1e-6)
    found["smile"] = _between(width, _MOUTH_REST, _MOUTH_SMILING)
    return found


def _points(face: FaceLandmarks) -> Array:
    return np.concatenate([face.points_px, face.depth_px[:, None]], 1)


def _distance(points: Array, pair: tuple[int, int]) -> float:
    return float(np.linalg.norm(points[pair[0]] - points[pair[1]]))


def _between(value: float, none: float, full: float) -> float:
    return float(np.clip((value - none) / (full - none), 0, 1))
