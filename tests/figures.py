"""Made-up people in the image, for tests of the landmarks engine."""

from __future__ import annotations

import numpy as np

from inference.landmarks.body_landmarks import BodyLandmarks
from inference.landmarks.crop import Square
from inference.landmarks.detect import Detection

_UPRIGHT = np.array(
    [
        (0, -0.9), (0.03, -0.93), (-0.03, -0.93), (0.06, -0.9), (-0.06, -0.9),
        (0.15, -0.7), (-0.15, -0.7), (0.2, -0.4), (-0.2, -0.4), (0.2, -0.15), (-0.2, -0.15),
        (0.1, 0), (-0.1, 0), (0.1, 0.45), (-0.1, 0.45), (0.1, 0.9), (-0.1, 0.9),
    ]
)  # fmt: skip
"""COCO keypoints around the hips, in half heights."""


def standing(x: float, y: float, half_height: float = 100.0) -> np.ndarray:
    """(17, 3) keypoints of somebody whose hips are at x, y."""
    points = _UPRIGHT * half_height + [x, y]
    return np.concatenate([points, np.full((17, 1), 0.9)], axis=1)


def detection(keypoints: np.ndarray, score: float = 0.6) -> Detection:
    box = np.concatenate([keypoints[:, :2].min(0), keypoints[:, :2].max(0)])
    return Detection(score, box, keypoints)


def body_at(keypoints: np.ndarray, confidence: float = 1.0) -> BodyLandmarks:
    """Landmarks of which only what is compared with detections means anything."""
    return BodyLandmarks(
        confidence=confidence,
        points_px=np.zeros((33, 2)),
        visibility=np.ones(33),
        presence=np.ones(33),
        world=np.zeros((33, 3)),
        square=Square(keypoints[11:13, :2].mean(0), 250.0, 0.0),
        keypoints=keypoints,
    )
