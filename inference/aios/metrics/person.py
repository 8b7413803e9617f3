"""How far one predicted person is from the true one.

- MPJPE, MVE: mean distance of joints, of vertices, with the part's root laid onto the true one.
- PA-MPJPE, PA-MVE: the same after the best rotation, scale and shift of the part (Procrustes),
  fitted to the very points that are measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.rotation import Array

from .parts import BODY, FACE, FULL, LEFT, PARTS, RIGHT, VertexIds

MEASURES = ("MPJPE", "MVE", "PA-MPJPE", "PA-MVE")
_MM = 1000.0

Errors = dict[str, dict[str, float]]
"""Measure to part to mm; parts that cannot be measured are absent."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Joints and vertices of one person, in whatever frame."""

    joints: Array
    """(127, 3) m."""
    vertices: Array | None
    """(V, 3) m, or none where only joints are known."""


def person_errors(predicted: Figure, true: Figure, ids: VertexIds) -> Errors:
    """All measures of one pair, in mm; hands, face and body only as far as `ids` knows them."""
    errors: Errors = {measure: {} for measure in MEASURES}
    for part in PARTS:
        roots = [figure.joints[list(part.root)].mean(0) for figure in (predicted, true)]
        points = [figure.joints[part.joints] for figure in (predicted, true)]
        errors["MPJPE"][part.name] = distance_mm(points[0] - roots[0], points[1] - roots[1])
        errors["PA-MPJPE"][part.name] = distance_mm(aligned(*points), points[1])
        if part.name in ids and predicted.vertices is not None and true.vertices is not None:
            surface = [f.vertices[ids[part.name]] for f in (predicted, true)]  # type: ignore[index]
            errors["MVE"][part.name] = distance_mm(surface[0] - roots[0], surface[1] - roots[1])
            errors["PA-MVE"][part.name] = distance_mm(aligned(*surface), surface[1])
    return errors


def full_body(by_part: dict[str, float]) -> dict[str, float]:
    """The errors of the parts, with FB = B + (LH + RH + F) / 3 where all four are there."""
    if not {BODY, LEFT, RIGHT, FACE} <= set(by_part):
        return by_part
    few = (by_part[LEFT] + by_part[RIGHT] + by_part[FACE]) / 3
    return {**by_part, FULL: by_part[BODY] + few}


def distance_mm(a: Array, b: Array) -> float:
    """Mean distance of (N, 3) m points."""
    return float(np.linalg.norm(a - b, axis=-1).mean() * _MM)


def aligned(points: Array, onto: Array) -> Array:
    """`points` (N, 3) turned, scaled and shifted so that they lie best on `onto` (Umeyama 1991)."""
    a, b = np.asarray(points, float), np.asarray(onto, float)
    a_mean, b_mean = a.mean(0), b.mean(0)
    a, b = a - a_mean, b - b_mean
    spread = float((a**2).sum())
    if not spread:
        return np.broadcast_to(b_mean, a.shape)
    U, strengths, Vt = np.linalg.svd(b.T @ a)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(U @ Vt))])
    rotation = (U * signs) @ Vt
    scale = float((strengths * signs).sum()) / spread
    return scale * a @ rotation.T + b_mean
