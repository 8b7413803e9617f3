"""A sight as nets want it: everybody's keypoints normalised; and a net's poses as others want them.

A keypoint that is not known is all zeros, confidence too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.lifter import Lifted, Sight
from livemocap.rotation import Array

from .box import MIN_POINTS, box_view, person_boxes, seen_points
from .net import Normalization
from .steady_boxes import SteadyBoxes
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


class Normalizer:
    """Sights of one camera to frames as a net wants them.

    Args:
        trained_with: what the net learnt from; one that learnt from whole images gets boxes that
            hardly move.
    """

    def __init__(self, normalization: Normalization, trained_with: Normalization) -> None:
        self._normalization: Normalization = normalization
        self._is_steady = normalization == "box" != trained_with
        self.reset()

    def reset(self) -> None:
        self._boxes = SteadyBoxes()

    def __call__(self, sight: Sight) -> Frames:
        keys = tuple(int(key) for key in sight.keys)
        if self._normalization == "box":
            keypoints, known, R = self._in_boxes(sight, keys)
        else:
            size = SEEDS_SIZE if self._normalization == "seeds" else sight.size_px
            keypoints, known, R = _in_image(sight, size)
        return Frames(t_s=sight.t_s, keys=keys, keypoints=keypoints, known=known, R_cam_view=R)

    def _in_boxes(self, sight: Sight, keys: tuple[int, ...]) -> tuple[Array, Array, Array]:
        boxes = None
        if self._is_steady:
            around = person_boxes(seen_points(sight.keypoints_px, sight.size_px))
            boxes = self._boxes.follow(sight.t_s, keys, around)
        view = box_view(sight.keypoints_px, sight.K, sight.size_px, boxes=boxes)
        return view.keypoints, view.known, view.R_cam_view


def require_fitting(sight: Sight) -> None:
    """
    Raises:
        ValueError: the sight's arrays do not fit together, or its time is no number.
    """
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


def lifted(frames: Frames, poses: Array) -> Lifted:
    """A net's poses (P, 17, 3) about the hip and in the camera's axes; whoever is not known is
    NaN, as is whoever the net was not asked about."""
    about_hip = poses - poses[:, :1]
    turned = np.einsum("pij,pkj->pki", frames.R_cam_view, about_hip)
    turned[~frames.known] = np.nan
    keys = np.array(frames.keys, np.int64)
    return Lifted(t_s=frames.t_s, keys=keys, joints=turned.astype(np.float32))


def _in_image(sight: Sight, size_px: tuple[int, int]) -> tuple[Array, Array, Array]:
    """Normalised by an image's size, who is known, and no rotation."""
    points = np.array(sight.keypoints_px, float)
    seen = np.isfinite(points).all(-1) & (points[..., 2] > 0)
    points[..., :2] = normalized(points[..., :2], size_px)
    points[~seen] = 0
    known = seen.sum(-1) >= MIN_POINTS
    return points.astype(np.float32), known, np.broadcast_to(np.eye(3), (len(points), 3, 3))
