"""Keypoints as a lifter wants them, wherever in the image somebody stands and however far away.

A camera is made up that stands where the real one does, looks at the person and has as long a lens
as fills its image with them. What a lifter says then holds in that camera's axes; one rotation
brings it into the real camera's. Perspective is kept: somebody at the image's edge, seen from the
side, looks as they do from there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from livemocap.rotation import Array
from livemocap.skeleton import COCO17

HEIGHT = 0.9
"""Of an upright person after normalisation: as in Human3.6M, whose images are two units wide."""

MIN_CONFIDENCE = 0.15
"""Below this a keypoint is a guess about what cannot be seen."""

MIN_POINTS = 4
"""Of the twelve below the head: with fewer nothing can be said about a pose."""

MIN_HEIGHT_PX = 8.0

_BODY = slice(5, 17)
_SHOULDERS = [COCO17.index("left_shoulder"), COCO17.index("right_shoulder")]
_HIPS = [COCO17.index("left_hip"), COCO17.index("right_hip")]
_OUTSIDE = 1.0
_PER_TORSO, _PER_SHOULDERS = 3.0, 4.2
"""A body's height, nose to ankle, in lengths of its torso and in widths of its shoulders. What is
seen is never longer than it is, so each tells how tall somebody at least is whose legs are hidden,
who sits or who lies."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boxes:
    """Where people are in an image; to be smoothed over time by who knows the people."""

    centre_px: Array
    """(..., 2) NaN if not known."""
    height_px: Array
    """(...,) how tall they are if they stand upright; NaN if not known."""

    @property
    def known(self) -> Array:
        """(...,) whether enough is seen of somebody."""
        return np.isfinite(self.height_px)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoxView:
    """People as their own cameras see them."""

    keypoints: Array
    """(..., 17, 3) float32: x right, y down about the box's centre, and confidence; an upright
    person is HEIGHT tall. Zeros where a keypoint is not known."""
    R_cam_view: Array
    """(..., 3, 3) from that camera's axes to the real one's; identity if not known."""
    focal: Array
    """(...,) units of `keypoints` to the tangent of an angle; 0 if not known."""
    known: Array
    """(...,) whether enough is seen of somebody; the rest is zeros."""


def box_view(
    keypoints_px: ArrayLike,
    K: ArrayLike,
    size_px: tuple[int, int],
    *,
    boxes: Boxes | None = None,
    min_confidence: float = MIN_CONFIDENCE,
) -> BoxView:
    """Everybody's keypoints in the camera that looks at their box.

    Args:
        keypoints_px: (..., 17, 3) COCO: x, y in px and confidence; NaN, or a confidence of 0, if
            not known. People of one image or one person over time, alike.
        K: (3, 3) px.
        size_px: width and height of the image.
        boxes: those of the keypoints if none are given.
    """
    points = seen_points(keypoints_px, size_px, min_confidence)
    boxes = person_boxes(points) if boxes is None else boxes
    seen, known = points[..., 2] > 0, boxes.known & _enough(points)
    inverse_K = np.linalg.inv(np.asarray(K, float))
    centre = np.where(known[..., None], boxes.centre_px, np.asarray(K, float)[:2, 2])
    middle = _rays(centre, inverse_K)
    R = looking_along(middle)
    rays = _rays(points[..., :2], inverse_K) @ R  # R^T of every ray
    ahead = seen & known[..., None] & (rays[..., 2] > 1e-3)
    focal = _focal(np.where(known, boxes.height_px, 1.0), R, middle, inverse_K)
    xy = rays[..., :2] / np.where(ahead, rays[..., 2], 1.0)[..., None] * focal[..., None, None]
    keypoints = np.concatenate([xy, points[..., 2:]], -1) * ahead[..., None]
    return BoxView(
        keypoints=keypoints.astype(np.float32),
        R_cam_view=np.where(known[..., None, None], R, np.eye(3)),
        focal=np.where(known, focal, 0.0),
        known=known,
    )


def seen_points(
    keypoints_px: ArrayLike, size_px: tuple[int, int], min_confidence: float = MIN_CONFIDENCE
) -> Array:
    """(..., 17, 3) float64, all of a keypoint 0 that is not known or is far outside the image."""
    points = np.array(keypoints_px, float)
    size = np.asarray(size_px, float)
    with np.errstate(invalid="ignore"):
        near = (np.abs(points[..., :2] / size - 0.5) <= 0.5 + _OUTSIDE).all(-1)
        seen = near & (points[..., 2] >= max(min_confidence, 1e-6))
    points[~seen] = 0
    points[..., 2] = np.minimum(points[..., 2], 1)
    return points


def person_boxes(points: Array) -> Boxes:
    """What `seen_points` gave, (..., 17, 3), to the box around each person's keypoints."""
    seen, xy = points[..., 2:] > 0, points[..., :2]
    low = np.where(seen, xy, np.inf).min(-2)
    high = np.where(seen, xy, -np.inf).max(-2)
    known = _enough(points)
    low, high = (np.where(known[..., None], corner, 0.0) for corner in (low, high))
    height = np.maximum((high - low).max(-1), _least_height(points))
    known = known & (height >= MIN_HEIGHT_PX)
    return Boxes(
        centre_px=np.where(known[..., None], (low + high) / 2, np.nan),
        height_px=np.where(known, height, np.nan),
    )


def _enough(points: Array) -> Array:
    """(...,) whether MIN_POINTS of the body are seen."""
    return (points[..., _BODY, 2] > 0).sum(-1) >= MIN_POINTS


def _least_height(points: Array) -> Array:
    """(...,) px that somebody is tall at least, from shoulders and hips; 0 if those are hidden."""
    (left, right), hips = (points[..., k, :] for k in _SHOULDERS), points[..., _HIPS, :]
    shoulders_seen = (left[..., 2] > 0) & (right[..., 2] > 0)
    hips_seen = (hips[..., 2] > 0).all(-1)
    width = np.linalg.norm((left - right)[..., :2], axis=-1)
    torso = np.linalg.norm(((left + right) / 2 - hips.mean(-2))[..., :2], axis=-1)
    by_torso = _PER_TORSO * torso * (shoulders_seen & hips_seen)
    return np.maximum(by_torso, _PER_SHOULDERS * width * shoulders_seen)


def _rays(xy_px: Array, inverse_K: Array) -> Array:
    """(..., 2) px to (..., 3) where each comes from, z = 1."""
    return xy_px @ inverse_K[:, :2].T + inverse_K[:, 2]


def looking_along(ray: Array) -> Array:
    """(..., 3) to (..., 3, 3) a camera that looks along it and is not rolled: x stays level."""
    z = ray / np.sqrt((ray * ray).sum(-1, keepdims=True))
    zx, zy, zz = z[..., 0], z[..., 1], z[..., 2]
    level = np.hypot(zx, zz)
    xx, xz = zz / level, -zx / level
    x = np.stack([xx, np.zeros_like(xx), xz], -1)
    y = np.stack([zy * xz, zz * xx - zx * xz, -zy * xx], -1)  # z x x
    return np.stack([x, y, z], -1)


def _focal(height_px: Array, R: Array, ray: Array, inverse_K: Array) -> Array:
    """(...,) with which so many px at the end of `ray` (..., 3), upwards, are HEIGHT."""
    upwards = (inverse_K[:, 1] @ R)[..., :2] / np.linalg.norm(ray, axis=-1, keepdims=True)
    return HEIGHT / (height_px * np.linalg.norm(upwards, axis=-1))
