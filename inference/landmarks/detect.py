"""Find people: MoveNet MultiPose, up to six at a time, 17 keypoints each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .crop import Pyramid
from .nets import Net
from .observation import Array
from .similarity import similarity

MAX_PEOPLE = 6
"""How many the detector answers at most."""

STRIDE_PX = 32
"""The net wants sides that are multiples of this."""

LEAST_SCORE = 0.2
"""Below it the detector sees people in furniture."""

SAME_PERSON = 0.7
"""Keypoint similarity from which two detections are one person found twice."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One person as the detector saw it."""

    score: float
    box_px: Array
    """(4,) x0 y0 x1 y1."""
    keypoints: Array
    """(17, 3) COCO keypoints: x, y in px, confidence."""


class Detector:
    """Finds people in whole images."""

    def __init__(self, net: Net, long_side_px: int) -> None:
        self._net = net
        self._long_side_px = long_side_px

    def detect(self, image: Pyramid) -> list[Detection]:
        """Everybody in the image, surest first, each once."""
        padded, scale = self._letterbox(image)
        answers = self._net(padded)[0][0].astype(np.float64)
        answers = answers[answers[:, 55] >= LEAST_SCORE]
        answers = answers[np.argsort(-answers[:, 55], kind="stable")]
        height, width = padded.shape[1:3]
        to_px = np.array([width, height]) * scale
        return _without_twins([_detection(answer, to_px) for answer in answers])

    def _letterbox(self, image: Pyramid) -> tuple[Array, Array]:
        """(1, H, W, 3) int32 RGB, black below and right; and image px per px of it, (2,)."""
        size = np.array(image.size_px)
        shrink = size.max() / self._long_side_px
        inner = np.maximum(np.rint(size / shrink), 1).astype(int)
        outer = -(-inner // STRIDE_PX) * STRIDE_PX
        small = cv2.resize(image.level(shrink), inner.tolist(), interpolation=cv2.INTER_AREA)
        padded = np.zeros((1, outer[1], outer[0], 3), np.int32)
        padded[0, : inner[1], : inner[0]] = small[:, :, ::-1]
        return padded, size / inner


def _detection(answer: Array, to_px: Array) -> Detection:
    """One row of the net: 17 x (y, x, confidence), box y0 x0 y1 x1, score; all 0..1."""
    keypoints = answer[:51].reshape(17, 3)[:, [1, 0, 2]]
    keypoints[:, :2] *= to_px
    box = answer[[52, 51, 54, 53]] * np.tile(to_px, 2)
    return Detection(float(answer[55]), box, keypoints)


def _without_twins(found: list[Detection]) -> list[Detection]:
    if len(found) < 2:
        return found
    keypoints = np.stack([d.keypoints for d in found])
    twins = similarity(keypoints, keypoints) > SAME_PERSON
    kept: list[int] = []
    for row in range(len(found)):
        if not twins[row, kept].any():
            kept.append(row)
    return [found[row] for row in kept]
