"""Which of the network's answers are people worth passing on."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from livemocap.rotation import Array

from .config import BODY_POINTS
from .detected import Detected

SAME_BOX = 0.75
"""Shared part of two body boxes (intersection over union) from which they may be one person."""

SAME_POINTS = 0.05
"""Mean distance of two people's body points, in sizes of the larger: nearer is one person."""


def choose(detected: Detected, score_threshold: float, most: int) -> tuple[Detected, int]:
    """The people who are sure enough, each once, best first, at most so many.

    Returns:
        They, and how many were broken: not finite, or behind the camera.
    """
    sure = _rows(detected, np.flatnonzero(~(detected.scores < score_threshold)))  # keeps NaN
    sound = _sound(sure)
    kept = _rows(sure, np.flatnonzero(sound))
    kept = _rows(kept, np.argsort(-kept.scores, kind="stable"))
    return _rows(kept, _once(kept)[:most]), int((~sound).sum())


def nobody(size: tuple[int, int]) -> Detected:
    """What there is to say of an image that is not worth looking at."""
    shapes = {
        "scores": (0,),
        "rotations": (0, 53, 3, 3),
        "betas": (0, 10),
        "expression": (0, 10),
        "camera": (0, 3),
        "boxes": (0, 4, 4),
        "keypoints": (0, 35, 2),
    }
    arrays = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    return Detected(size=size, tokens=np.zeros(0, np.int64), **arrays)


def _rows(detected: Detected, rows: Array) -> Detected:
    names = [field.name for field in fields(Detected) if field.name != "size"]
    return replace(detected, **{name: getattr(detected, name)[rows] for name in names})


def _sound(detected: Detected) -> Array:
    """(Q,) all numbers finite and the person in front of the camera."""
    parts = (
        detected.scores,
        detected.rotations,
        detected.betas,
        detected.expression,
        detected.camera,
        detected.boxes,
        detected.keypoints,
    )
    finite = [np.isfinite(part).all(tuple(range(1, part.ndim))) for part in parts]
    return np.all(finite, 0) & (detected.camera[:, 0] > 0)


def _once(detected: Detected) -> Array:
    """Rows of those who are not somebody better once more."""
    same = detected.tokens[:, None] == detected.tokens
    same |= (_overlap(detected.boxes[:, 0]) > SAME_BOX) & (_apart(detected) < SAME_POINTS)
    kept: list[int] = []
    for row in range(len(detected.scores)):
        if not same[row, kept].any():
            kept.append(row)
    return np.array(kept, int)


def _overlap(boxes: Array) -> Array:
    """(Q, 4) cx cy w h to (Q, Q): intersection over union."""
    low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    shared = np.maximum(shared, 0).prod(-1)
    area = boxes[:, 2:].prod(-1)
    return shared / np.maximum(area[:, None] + area - shared, 1e-9)


def _apart(detected: Detected) -> Array:
    """(Q, Q) mean distance of body points, in sizes of the larger of both."""
    oh, ow = detected.size
    scale = np.array([ow, oh], np.float32)
    points = detected.keypoints[:, :BODY_POINTS] * scale
    size = (detected.boxes[:, 0, 2:] * scale).max(-1)
    distance = np.linalg.norm(points[:, None] - points, axis=-1).mean(-1)
    return distance / np.maximum(np.maximum(size[:, None], size), 1.0)
