"""Where somebody is whose pose is known: the place at which it is seen where its keypoints are.

A lifter says nothing about places. With the person's own bone lengths and the camera's lens each
keypoint gives two equations that are linear in the place, and they are solved as least squares
in px, without the keypoints that do not fit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array
from livemocap.skeleton import COCO17, SMPLX

_NAMED = [name for name in COCO17 if name in SMPLX.names and not name.endswith("_eye")]
SMPLX_POINTS = SMPLX.indices(*_NAMED)
COCO_POINTS = [COCO17.index(name) for name in _NAMED]
"""Shoulders to ankles, where both have the same twelve points."""

LEAST_POINTS = 4
"""With fewer nothing is said."""

NEAREST_M, FARTHEST_M = 0.3, 100.0
"""Places beyond are mistakes."""

_ROUNDS = 4
_USUAL_ERROR = 0.03
"""How far off a keypoint usually is, as a share of how far they are spread: those much farther
off hardly count."""


def pelvis_from_keypoints(joints: ArrayLike, keypoints_px: ArrayLike, K: ArrayLike) -> Array:
    """The pelvis of everybody, in the camera's frame.

    Args:
        joints: (P, 55, 3) m in the camera's axes, about the pelvis.
        keypoints_px: (P, 17, 3) COCO: x, y in px and confidence; 0 or NaN is not known.
        K: (3, 3) px, or (P, 3, 3) if they are of several images.

    Returns:
        (P, 3) m; NaN where too little is seen, or it is behind the camera.
    """
    points = np.asarray(keypoints_px, float)[:, COCO_POINTS]
    about = np.asarray(joints, float)[:, SMPLX_POINTS]
    known = np.isfinite(points).all(-1) & (points[..., 2] > 0) & np.isfinite(about).all(-1)
    points, about = (np.where(known[..., None], each, 0.0) for each in (points, about))
    rays = np.concatenate([points[..., :2], np.ones((*known.shape, 1))], -1)
    rays = rays @ np.swapaxes(np.linalg.inv(np.asarray(K, float)), -1, -2)
    spread = _spread(rays[..., :2], known)
    weight = points[..., 2] * known
    pelvis = _solved(rays, about, weight)
    for _ in range(_ROUNDS):
        off = _errors(rays, about + pelvis[:, None]) / (_USUAL_ERROR * spread[:, None])
        pelvis = _solved(rays, about, weight / (1 + off * off))
    sound = (known.sum(1) >= LEAST_POINTS) & (pelvis[:, 2] > NEAREST_M)
    pelvis[~(sound & (pelvis[:, 2] < FARTHEST_M))] = np.nan
    return pelvis


def _solved(rays: Array, about: Array, weight: Array) -> Array:
    """(P, 3) with which (about + it) lie on the rays, weighted (P, K).

    (x + X) - u (z + Z) = 0 for a ray (u, v, 1); likewise for y.
    """
    N, u = weight.sum(1), rays[..., :2]
    A = np.zeros((len(rays), 3, 3))
    b = np.zeros((len(rays), 3))
    A[:, 0, 0] = A[:, 1, 1] = N
    A[:, :2, 2] = A[:, 2, :2] = -(weight[..., None] * u).sum(1)
    A[:, 2, 2] = (weight * (u * u).sum(-1)).sum(1)
    right = u * about[..., 2:] - about[..., :2]
    b[:, :2] = (weight[..., None] * right).sum(1)
    b[:, 2] = -(weight * (u * right).sum(-1)).sum(1)
    A += 1e-9 * np.eye(3)  # of those of whom nothing is known
    return np.linalg.solve(A, b[..., None])[..., 0]


def _errors(rays: Array, points: Array) -> Array:
    """(P, K) how far points (P, K, 3) are seen from their rays, at z = 1."""
    depth = np.maximum(points[..., 2:], 1e-3)
    return np.sqrt(((points[..., :2] / depth - rays[..., :2]) ** 2).sum(-1))


def _spread(xy: Array, known: Array) -> Array:
    """(P,) standard deviation of what is known, not 0."""
    count = np.maximum(known.sum(1), 1)[:, None]
    mean = (xy * known[..., None]).sum(1) / count
    square = (((xy - mean[:, None]) ** 2).sum(-1) * known).sum(1) / count[:, 0]
    return np.sqrt(square) + 1e-6
