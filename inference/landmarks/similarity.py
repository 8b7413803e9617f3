"""How alike two placements of keypoints are, as seen in the image."""

from __future__ import annotations

import numpy as np

from livemocap.skeleton import COCO17, COCO_FROM_BLAZEPOSE

from .observation import Array

COMPARED = np.array([i for i, name in enumerate(COCO17) if "eye" not in name and "ear" not in name])
"""(13,) rows of COCO keypoints that are compared: nose, shoulders down to ankles."""

TORSO = np.array([COCO17.index(f"{s}_{j}") for j in ("shoulder", "hip") for s in ("left", "right")])
"""(4,) rows of the COCO keypoints that move least against the body."""

SPREAD = 0.15
"""Distance, in sizes of the person, at which a keypoint's likeness falls to 1/e."""

SMALLEST_PERSON_PX = 20.0
TRUSTED = 0.15
"""Detector confidence from which a keypoint counts."""


def similarity(seen: Array, reference: Array) -> Array:
    """Likeness 0..1 of every placement to every reference.

    Args:
        seen: (N, 17, 3) COCO keypoints, x y in px and confidence: the trusted ones count.
        reference: (M, 17, 2 or 3) what to compare with; gives the scale.

    Returns:
        (N, M).
    """
    a, b = seen[:, COMPARED], reference[:, COMPARED, :2]
    scale = person_size_px(reference)
    distance = np.linalg.norm(a[:, None, :, :2] - b[None], axis=-1) / scale[None, :, None]
    counts = a[:, :, 2] > TRUSTED
    counts[counts.sum(1) < 3] = True
    weight = counts / counts.sum(1, keepdims=True)
    return np.einsum("nmk,nk->nm", np.exp(-((distance / SPREAD) ** 2)), weight)


def person_size_px(keypoints: Array) -> Array:
    """(M,) larger extent of each (M, 17, 2 or 3) person's compared keypoints, px."""
    points = keypoints[:, COMPARED, :2]
    extent = np.ptp(points, axis=1).max(-1) if len(points) else np.zeros(0)
    return np.maximum(extent, SMALLEST_PERSON_PX)


def coco_of_landmarks(points_px: Array, visibility: Array) -> Array:
    """(17, 3) COCO keypoints out of BlazePose's (33, 2) points and (33,) visibility."""
    rows = COCO_FROM_BLAZEPOSE
    return np.concatenate([points_px[rows], visibility[rows, None]], axis=1)


def box_of(keypoints: Array) -> Array:
    """(4,) x0 y0 x1 y1 around the trusted ones of (17, 3) keypoints."""
    points = keypoints[keypoints[:, 2] > TRUSTED, :2]
    points = points if len(points) else keypoints[:, :2]
    return np.concatenate([points.min(0), points.max(0)])


def covered_part(boxes: Array) -> Array:
    """(N, N): how much of box i box j covers, 0..1; the diagonal is 0. Boxes are (N, 4)."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    part = shared / np.maximum(area, 1.0)[:, None]
    np.fill_diagonal(part, 0.0)
    return part
