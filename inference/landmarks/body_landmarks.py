"""33 body landmarks of one person, in the image and in metres: BlazePose GHUM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livemocap.skeleton import COCO17

from .conceal import paint_out
from .crop import Pyramid, Square, turn_of, unit_batch
from .detect import Detection
from .nets import Net
from .observation import Array
from .similarity import TRUSTED, coco_of_landmarks

CROP_PX = 256
LANDMARKS = 33
_ANSWERED = 39
"""The net adds six points that only frame the next crop."""
_HIPS, _ABOVE_HEAD = 33, 34

ROOM = 1.25
"""How much larger than the person a crop is."""

HEATMAP_PX = 64
_NEAR = np.arange(-3, 4)
"""The 7 x 7 neighbourhood of a landmark in the heat map."""

SHOULDERS = [COCO17.index("left_shoulder"), COCO17.index("right_shoulder")]
HIPS = [COCO17.index("left_hip"), COCO17.index("right_hip")]


@dataclass(frozen=True, slots=True)
class BodyLandmarks:
    """What the body net answers for one crop; points as in PersonLandmarks."""

    confidence: float
    """How surely the crop shows a person, 0..1."""
    points_px: Array
    """(33, 2)."""
    visibility: Array
    presence: Array
    world: Array
    """(33, 3) m."""
    square: Square
    """Where to look for this person next."""
    keypoints: Array
    """(17, 3): the same as COCO keypoints, with visibility, to compare with detections."""


class BodyNet:
    """Looks at a crop and answers landmarks."""

    def __init__(self, net: Net) -> None:
        self._net = net

    def look(self, image: Pyramid, square: Square, in_front: Sequence[Array] = ()) -> BodyLandmarks:
        """Landmarks of the person in the square.

        Args:
            in_front: (17, 3) keypoints of people to paint out of the crop first.
        """
        rgb = image.cut(square, CROP_PX)
        for keypoints in in_front:
            paint_out(rgb, square.from_image(keypoints, CROP_PX))
        answer, confidence, heat, world = self._net(unit_batch(rgb))
        raw = answer.reshape(_ANSWERED, 5).astype(np.float64)
        unit = _refined(raw[:, :2] / CROP_PX, heat[0])
        points = square.to_image(unit)
        seen, present = sigmoid(raw[:LANDMARKS, 3]), sigmoid(raw[:LANDMARKS, 4])
        metres = world.reshape(_ANSWERED, 3)[:LANDMARKS].astype(np.float64)
        return BodyLandmarks(
            confidence=float(confidence.item()),
            points_px=points[:LANDMARKS],
            visibility=seen,
            presence=present,
            world=square.turned(metres),
            square=_next_square(points[_HIPS], points[_ABOVE_HEAD]),
            keypoints=coco_of_landmarks(points, seen),
        )


def square_of_detection(found: Detection) -> Square:
    """Around the hips, upright along the spine, out to the farthest trusted keypoint."""
    points = found.keypoints[:, :2]
    trusted = points[found.keypoints[:, 2] > TRUSTED]
    hips, spine = points[HIPS].mean(0), points[SHOULDERS].mean(0) - points[HIPS].mean(0)
    outline = trusted if len(trusted) > 4 else points
    reach = np.linalg.norm(outline - hips, axis=1).max()
    radius = max(1.12 * reach, 1.9 * float(np.linalg.norm(spine)))
    return Square(hips, 2 * ROOM * radius, turn_of(spine))


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))


def _next_square(hips: Array, above_head: Array) -> Square:
    """The net draws a circle around the person: from the hips to a point above the head."""
    radius = float(np.linalg.norm(above_head - hips))
    return Square(hips, 2 * ROOM * radius, turn_of(above_head - hips))


def _refined(unit: Array, heat: Array) -> Array:
    """Landmarks (39, 2), 0..1 of the crop, pulled to the middle of their heat.

    Args:
        heat: (64, 64, 39) logits; where they nowhere reach 0 the landmark stays.
    """
    cell = np.clip((unit * HEATMAP_PX).astype(int), 0, HEATMAP_PX - 1)
    columns, rows = cell[:, 0, None] + _NEAR, cell[:, 1, None] + _NEAR
    on_map = _on_map(rows)[:, :, None] & _on_map(columns)[:, None, :]
    logits = heat[
        np.clip(rows, 0, HEATMAP_PX - 1)[:, :, None],
        np.clip(columns, 0, HEATMAP_PX - 1)[:, None, :],
        np.arange(len(unit))[:, None, None],
    ]
    warmth = np.where(on_map, sigmoid(logits), 0.0)
    total = np.maximum(warmth.sum((1, 2)), 1e-9)
    x = (warmth.sum(1) * columns).sum(1) / total
    y = (warmth.sum(2) * rows).sum(1) / total
    pulled = (warmth.max((1, 2)) >= 0.5) & ((unit >= 0) & (unit < 1)).all(1)
    return np.where(pulled[:, None], np.stack([x, y], 1) / HEATMAP_PX, unit)


def _on_map(index: Array) -> Array:
    return (index >= 0) & (index < HEATMAP_PX)
