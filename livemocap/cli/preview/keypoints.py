"""2D keypoints over the image they were found in."""

from __future__ import annotations

import cv2
import numpy as np

from livemocap.rotation import Array
from livemocap.skeleton import COCO17

from .palette import Bgr, darker, lighter, track_color
from .text import put_badge

_LINES = (
    "left_shoulder right_shoulder, left_hip right_hip, left_shoulder left_hip, "
    "right_shoulder right_hip, left_shoulder left_elbow, left_elbow left_wrist, "
    "right_shoulder right_elbow, right_elbow right_wrist, left_hip left_knee, "
    "left_knee left_ankle, right_hip right_knee, right_knee right_ankle, nose left_eye, "
    "nose right_eye, left_eye left_ear, right_eye right_ear"
)
COCO_LINES = tuple(
    (COCO17.index(a), COCO17.index(b)) for a, b in (line.split() for line in _LINES.split(", "))
)
CERTAIN = 0.3
"""Keypoints less sure than this are not drawn."""

_SHIFT = 4
_RIM, _POINT = (20, 18, 16), (250, 250, 250)


def side_color(name: str, color: Bgr) -> Bgr:
    """Left limbs lighter, right limbs darker."""
    if name.startswith("left_"):
        return lighter(color, 0.45)
    return darker(color, 0.3) if name.startswith("right_") else color


def draw_keypoints(image: Array, ids: Array, keypoints_px: Array, scale: float = 1.0) -> None:
    """Everybody's COCO keypoints (P, 17, 3) and number; `scale` is the drawn size of a pixel."""
    for who, points in zip(ids.tolist(), keypoints_px, strict=True):
        known = points[:, 2] >= CERTAIN
        if known.any():
            _draw_person(image, int(who), points[:, :2] * scale, known)


def _draw_person(image: Array, who: int, points: Array, known: Array) -> None:
    color = track_color(who)
    width = float(np.clip(np.ptp(points[known, 1]) / 120, 1.2, 5.0))
    fixed = np.round(np.clip(points, -1e4, 1e4) * (1 << _SHIFT)).astype(int)
    lines = [(a, b) for a, b in COCO_LINES if known[a] and known[b]]
    for rim in (True, False):
        for a, b in lines:
            fill = _RIM if rim else side_color(COCO17[b], color)
            thick = max(1, round(width * (1.9 if rim else 1)))
            ends = tuple(fixed[a].tolist()), tuple(fixed[b].tolist())
            cv2.line(image, *ends, fill, thick, cv2.LINE_AA, _SHIFT)
    for point in fixed[known].tolist():
        cv2.circle(image, point, round(width * 1.15 * (1 << _SHIFT)), _POINT, -1, cv2.LINE_AA, 4)
    top = points[known].min(0)[1]
    middle = float(points[known, 0].mean())
    height = max(18.0, min(image.shape[:2]) / 20)
    put_badge(image, str(who), (middle, top - height), height, color)
