"""From pixels to what the lifters were trained on, and from a camera's axes to the world's."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike

from livemocap.rotation import Array, inverse

SEEDS_SIZE = (1000, 1002)
"""By which the scripts for own videos divide, whatever the video's size is."""

H36M_VIEW_WXYZ = np.array(
    [0.1407056450843811, -0.1500701755285263, -0.755240797996521, 0.6223280429840088], np.float32
)
"""World from camera of one camera of Human3.6M, z up: what the published pictures are seen from."""


def normalized(keypoints_px: ArrayLike, size_px: tuple[float, float]) -> Array:
    """Pixels (..., 2) to x in -1..1 across the image, y in the same unit about its middle."""
    width, height = size_px
    return np.asarray(keypoints_px) / width * 2 - np.array([1, height / width])


def pixels(keypoints: ArrayLike, size_px: tuple[float, float]) -> Array:
    """The inverse of `normalized`."""
    width, height = size_px
    return (np.asarray(keypoints) + np.array([1, height / width])) * width / 2


def turned(wxyz: ArrayLike, points: ArrayLike) -> Array:
    """Points (..., 3) by one unit quaternion (4,), or each by its own (..., 4).

    In torch's arithmetic, which rounds cross products as the published results were rounded.
    """
    v = torch.from_numpy(np.asarray(points))
    q = torch.from_numpy(np.array(np.broadcast_to(np.asarray(wxyz), (*v.shape[:-1], 4))))
    axis = q[..., 1:].to(v.dtype)
    once = torch.linalg.cross(axis, v)
    twice = torch.linalg.cross(axis, once)
    return (v + 2 * (q[..., :1].to(v.dtype) * once + twice)).numpy()


def world_from_camera(points: ArrayLike, wxyz: ArrayLike, place: ArrayLike = 0.0) -> Array:
    """Camera points (..., 3) m to the world in which the camera stands at `place`."""
    return turned(wxyz, points) + place


def camera_from_world(points: ArrayLike, wxyz: ArrayLike, place: ArrayLike = 0.0) -> Array:
    """The inverse of `world_from_camera`."""
    return turned(inverse(wxyz), np.asarray(points) - place)


def on_floor(world: ArrayLike) -> Array:
    """A clip (T, J, 3) with z up, lowered or lifted so that its lowest joint is at z = 0."""
    points = np.array(world)
    points[..., 2] -= points[..., 2].min()
    return points


def projected(points: ArrayLike, camera: ArrayLike, *, lens: bool = True) -> Array:
    """Camera points (B, N, 3) m to the normalised image as Human3.6M's calibration has it.

    Args:
        camera: (B, 9) focal x y, centre x y, three radial and two tangential terms.
        lens: whether the lens bends; otherwise focal and centre alone count.
    """
    X, c = np.asarray(points), np.asarray(camera)[:, None]
    focal, centre, radial, tangential = c[..., :2], c[..., 2:4], c[..., 4:7], c[..., 7:]
    XX = np.clip(X[..., :2] / X[..., 2:], -1, 1)
    if not lens:
        return focal * XX + centre
    r2 = (XX**2).sum(-1, keepdims=True)
    bend = 1 + (radial * np.concatenate([r2, r2**2, r2**3], -1)).sum(-1, keepdims=True)
    tilt = (tangential * XX).sum(-1, keepdims=True)
    return focal * (XX * (bend + tilt) + tangential * r2) + centre
