"""Coordinate frames, the only place where axes are swapped. See docs/messages.md.

World: right-handed, +Y up, metres, a person at rest faces +Z, their left is +X. Camera: OpenCV,
+X right, +Y down, +Z forward. Blender: right-handed, +Z up, facing -Y. Unity: left-handed, +Y up,
facing +Z. Unreal: left-handed, +Z up, centimetres, facing +Y as its mannequin meshes do.
`T_a_b` takes points of b to a.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array

R_BLENDER_WORLD = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
R_UNITY_WORLD = np.diag([-1.0, 1, 1])
R_UNREAL_WORLD = np.array([[1.0, 0, 0], [0, 0, 1], [0, 1, 0]])
"""Axis changes; Unity's and Unreal's also change the hand (determinant -1)."""

UNREAL_UNITS_PER_METRE = 100.0


def transform(R: ArrayLike, t: ArrayLike) -> Array:
    """(3, 3) and (3,) to a (4, 4) rigid transform."""
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = R, t
    return T


def invert(T: ArrayLike) -> Array:
    """Inverse of a (4, 4) rigid transform."""
    T = np.asarray(T)
    return transform(T[:3, :3].T, -T[:3, :3].T @ T[:3, 3])


def transform_points(T: ArrayLike, points: ArrayLike) -> Array:
    """Apply a (4, 4) rigid transform to (..., 3) points."""
    T = np.asarray(T)
    return np.asarray(points) @ T[:3, :3].T + T[:3, 3]


def project(K: ArrayLike, points_cam: ArrayLike) -> Array:
    """(..., 3) m in the camera frame to (..., 2) px; points at or behind the lens become NaN."""
    p = np.asarray(points_cam)
    z = np.where(p[..., 2:] > 1e-6, p[..., 2:], np.nan)
    return (p / z) @ np.asarray(K)[:2].T


def assumed_intrinsics(width: int, height: int, focal_px: float | None = None) -> Array:
    """(3, 3), principal point in the middle; unknown focal length: 1.2 x the long side."""
    f = 1.2 * max(width, height) if focal_px is None else focal_px
    return np.array([[f, 0, width / 2], [0, f, height / 2], [0, 0, 1.0]])


def intrinsics_from_fov(width: int, height: int, fov_deg: float) -> Array:
    """(3, 3) from the field of view along the long side."""
    return assumed_intrinsics(
        width, height, max(width, height) / 2 / np.tan(np.radians(fov_deg) / 2)
    )


def change_axes(R: ArrayLike, rotations: ArrayLike) -> Array:
    """Rotations (..., 3, 3) of the world frame written in the axes of R's target frame."""
    R = np.asarray(R)
    return R @ np.asarray(rotations) @ R.T


def blender_from_world(points: ArrayLike) -> Array:
    """(..., 3) m, world to Blender."""
    return np.asarray(points) @ R_BLENDER_WORLD.T


def unity_from_world(points: ArrayLike) -> Array:
    """(..., 3) m, world to Unity."""
    return np.asarray(points) @ R_UNITY_WORLD.T


def unreal_from_world(points: ArrayLike) -> Array:
    """(..., 3) m, world to Unreal centimetres."""
    return np.asarray(points) @ R_UNREAL_WORLD.T * UNREAL_UNITS_PER_METRE
