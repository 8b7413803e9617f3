"""A sight as nets want it: everybody's keypoints normalised; and a net's poses as others want them.

A keypoint that is not known is all zeros, confidence too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.lifter import Lifted, Sight
from livemocap.rotation import Array

from .box import MIN_POINTS, box_view
from .net import Normalization
from .view import SEEDS_SIZE, normalized


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """P people at one time."""

    t_s: float
    keys: tuple[int, ...]
    keypoints: Array
    """(P, 17, 3) float32 normalised x, y and confidence."""
    known: Array
    """(P,) whether enough is seen of somebody."""
    R_cam_view: Array
    """(P, 3, 3) from the axes in which a net answers to the camera's."""


def frames_of(sight: Sight, normalization: Normalization) -> Frames:
    """
    Raises:
        ValueError: the sight's arrays do not fit together, or its time is no number.
    """
    _require_fitting(sight)
    keypoints, known, R = _normalized(sight, normalization)
    keys = tuple(int(key) for key in sight.keys)
    return Frames(t_s=sight.t_s, keys=keys, keypoints=keypoints, known=known, R_cam_view=R)


def lifted(frames: Frames, poses: Array) -> Lifted:
    """A net's poses (P, 17, 3) about the hip and in the camera's axes; whoever is not known is
    NaN, as is whoever the net was not asked about."""
    about_hip = poses - poses[:, :1]
    turned = np.einsum("pij,pkj->pki", frames.R_cam_view, about_hip)
    turned[~frames.known] = np.nan
    keys = np.array(frames.keys, np.int64)
    return Lifted(t_s=frames.t_s, keys=keys, joints=turned.astype(np.float32))


def _normalized(sight: Sight, normalization: Normalization) -> tuple[Array, Array, Array]:
    if normalization == "box":
        view = box_view(sight.keypoints_px, sight.K, sight.size_px)
        return view.keypoints, view.known, view.R_cam_view
    size = SEEDS_SIZE if normalization == "seeds" else sight.size_px
    points = np.array(sight.keypoints_px, float)
    seen = np.isfinite(points).all(-1) & (points[..., 2] > 0)
    points[..., :2] = normalized(points[..., :2], size)
    points[~seen] = 0
    known = seen.sum(-1) >= MIN_POINTS
    return points.astype(np.float32), known, np.broadcast_to(np.eye(3), (len(points), 3, 3))


def _require_fitting(sight: Sight) -> None:
    people = len(sight.keys)
    if np.shape(sight.keypoints_px) != (people, 17, 3):
        raise ValueError(
            f"keypoints_px has shape {np.shape(sight.keypoints_px)}, expected ({people}, 17, 3): "
            "COCO's 17 points of each of the keys, x y confidence. "
            "livemocap.lifter.coco_keypoints makes them of other layouts."
        )
    if len(set(np.asarray(sight.keys).tolist())) != people:
        raise ValueError(f"keys {np.asarray(sight.keys).tolist()} name somebody twice.")
    if not np.isfinite(sight.t_s):
        raise ValueError(f"t_s is {sight.t_s}, expected the capture time in seconds.")
