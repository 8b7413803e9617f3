"""2D evidence that does not come from what is being corrected."""

from __future__ import annotations

import numpy as np

from livemocap.messages import PoseFrame
from livemocap.rotation import Array
from livemocap.skeleton import KEYPOINT_LAYOUTS, SMPLX

POINTS = tuple(
    f"{side}_{point}"
    for point in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
    for side in ("left", "right")
)
"""Points of the body that detectors know and that are near joints of ours."""
POINT_JOINTS = np.array(SMPLX.indices(*POINTS))

SELF_TAUGHT = ("aios",)
"""Engines whose 2D comes out of the same decoder as their poses: it confirms their mistakes."""
_OWN_JOINTS = "smplx55"
"""The layout of an engine that sends its own joints as seen by the camera."""


def refusal(frame: PoseFrame) -> str:
    """Why a frame's keypoints are no evidence against its poses; empty if they are."""
    engine = frame.engine.partition("/")[0]
    if engine in SELF_TAUGHT:
        return f"the keypoints of '{engine}' come from the same decoder as its poses"
    if frame.keypoint_layout == _OWN_JOINTS:
        return f"the keypoints of '{engine}' are its own joints"
    if frame.keypoint_layout not in KEYPOINT_LAYOUTS:
        return f"keypoint layout '{frame.keypoint_layout}' is not known"
    if frame.keypoints_px.shape[1] != len(KEYPOINT_LAYOUTS[frame.keypoint_layout]):
        return f"'{engine}' sends no keypoints"
    return ""


def points_of(frame: PoseFrame, rows: Array) -> tuple[Array, Array]:
    """Where the camera sees POINTS of some people of a frame whose keypoints are evidence.

    Returns:
        (P, 12, 2) x/z and y/z, and (P, 12) how surely, 0 where nothing sound is known.
    """
    names = KEYPOINT_LAYOUTS[frame.keypoint_layout]
    chosen = [names.index(point) for point in POINTS]
    found = frame.keypoints_px[rows][:, chosen].astype(float)
    K = frame.K.astype(float)
    sight = (found[..., :2] - K[:2, 2]) / np.diagonal(K)[:2]
    known = np.concatenate([found, np.where(np.abs(sight) < _WIDEST, 0.0, np.nan)], -1)
    sound = np.isfinite(known.sum(-1))
    sure = np.where(sound, np.clip(found[..., 2], 0.0, 1.0), 0.0)
    return np.where(sound[..., None], sight, 0.0), np.nan_to_num(sure)


_WIDEST = 5.0
"""Tangents farther out than any lens that a pinhole describes."""
