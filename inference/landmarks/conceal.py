"""Paint somebody out of a crop, so that the body net looks at the person behind."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from livemocap.skeleton import COCO17

from .observation import Array
from .similarity import TRUSTED

LIMB_WIDTH = 0.35
"""Of a painted limb, in lengths of the torso."""

_CHAINS = (
    ("left_shoulder", "left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow", "right_wrist"),
    ("left_hip", "left_knee", "left_ankle"),
    ("right_hip", "right_knee", "right_ankle"),
)
_LIMBS = [(COCO17.index(a), COCO17.index(b)) for chain in _CHAINS for a, b in pairwise(chain)]
_TORSO = [COCO17.index(n) for n in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
_HEAD = [COCO17.index(n) for n in ("nose", "left_ear", "right_ear")]


def paint_out(rgb: Array, keypoints: Array) -> None:
    """Cover a person in a crop by its mean colour, in place.

    Args:
        rgb: (H, W, 3) uint8.
        keypoints: (17, 3) x, y in the crop and confidence.
    """
    points, seen = keypoints[:, :2], keypoints[:, 2] > TRUSTED
    torso = points[_TORSO]
    length = float(np.linalg.norm(torso[:2].mean(0) - torso[2:].mean(0)))
    width = max(int(LIMB_WIDTH * length), 1)
    colour = tuple(rgb.mean((0, 1)).tolist())
    whole = np.rint(np.clip(points, -4e3, 4e3)).astype(np.int32)
    cv2.fillConvexPoly(rgb, cv2.convexHull(whole[_TORSO]), colour)
    cv2.polylines(rgb, [whole[_TORSO]], True, colour, width)
    for a, b in _LIMBS:
        if seen[a] and seen[b]:
            cv2.line(rgb, whole[a].tolist(), whole[b].tolist(), colour, width)
    neck, head = whole[_TORSO[:2]].mean(0).astype(int), whole[_HEAD].mean(0).astype(int)
    cv2.line(rgb, neck.tolist(), head.tolist(), colour, width)
    cv2.circle(rgb, head.tolist(), int(0.28 * length), colour, -1)
