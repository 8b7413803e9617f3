"""How alike a person and a track are in one frame, 0 to 1: by boxes or by poses."""

from __future__ import annotations

import numpy as np

from livemocap.coords import project
from livemocap.rotation import Array

_SPREAD = 0.15
"""By how much a joint may be off in the image, in sides of a square as large as the box."""
_LEAST_AREA_PX = 900.0
_DEPTH_SPREAD = 0.25
"""By how much the pelvis may be off in depth, in its logarithm."""
_NEAREST_M = 0.05


def box_likeness(people: Array, tracks: Array) -> Array:
    """(G, 4) and (R, 4) boxes, left top width height, to (G, R): intersection over union."""
    a, b = people[:, None], tracks[None]
    near = np.maximum(a[..., :2], b[..., :2])
    far = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    both = np.maximum(far - near, 0).prod(-1)
    either = a[..., 2:].prod(-1) + b[..., 2:].prod(-1) - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)


def pose_likeness(K: Array, people: Array, areas_px: Array, tracks: Array) -> Array:
    """Keypoint similarity of the joints in the image times that of the pelvis' depth.

    Args:
        people: (G, 22, 3) m, camera frame; `areas_px` (G,) of their boxes.
        tracks: (R, 22, 3) m, camera frame.

    Returns:
        (G, R).
    """
    off = project(K, _in_front(people))[:, None] - project(K, _in_front(tracks))[None]
    spread = 2 * _SPREAD**2 * np.maximum(areas_px, _LEAST_AREA_PX)
    in_image = np.exp(-(off**2).sum(-1) / spread[:, None, None]).mean(-1)
    depths = [np.log(_in_front(joints)[:, 0, 2]) for joints in (people, tracks)]
    apart = depths[0][:, None] - depths[1][None]
    return in_image * np.exp(-(apart**2) / (2 * _DEPTH_SPREAD**2))


def _in_front(joints: Array) -> Array:
    """The same with what is behind the lens right before it."""
    return np.concatenate([joints[..., :2], np.maximum(joints[..., 2:], _NEAREST_M)], -1)
