"""People of made-up poses on their way through tracking, for tests of its stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from seen_people import seen

from livemocap.messages import TRACK_OBSERVED, TRACK_PREDICTED
from livemocap.rotation import Array, quat_from_rotvec
from tracking.people import People
from tracking.stage import Stage

FACE = 3
"""Expression coefficients."""

NOBODY_SEEN = seen([])
"""What stages between the first and the last do not look at."""

MakeStage = Callable[[], Stage[People, People]]


def posing(
    pose_wxyz: Array, t_s: float, keys: Sequence[int] | None = None, **changes: Any
) -> People:
    """Everybody seen well at one instant, in (P, 55, 4) poses."""
    count = len(pose_wxyz)
    known = np.arange(1, count + 1) if keys is None else np.array(keys, np.int64)
    fields: dict[str, Any] = {
        "frame": NOBODY_SEEN,
        "t_s": t_s,
        "cut": False,
        "keys": known,
        "ids": known,
        "states": np.full(count, TRACK_OBSERVED, np.uint8),
        "rows": np.arange(count),
        "fresh": np.zeros(count, bool),
        "scores": np.full(count, 0.9),
        "places": np.tile([0.1, 0.2, 1.4], (count, 1)),
        "noise": np.ones((count, 3)),
        "pose_wxyz": np.asarray(pose_wxyz, float),
        "visibility": np.ones((count, 55)),
        "rest_joints": np.zeros((count, 55, 3), np.float32),
        "betas": np.zeros((count, 10), np.float32),
        "expression": np.zeros((count, FACE), np.float32),
        "repairs": np.zeros(count, np.uint16),
        "provenance": np.ones((count, 55), np.uint8),
    }
    return People(**fields | changes)


def turned(angle_rad: Array, axis: Sequence[float] = (0.0, 0.6, 0.8)) -> Array:
    """(...) angles of all joints about an axis to (..., 55, 4)."""
    rotvec = np.multiply.outer(angle_rad, np.asarray(axis))
    return np.repeat(quat_from_rotvec(rotvec)[..., None, :], 55, -2)


def stream(
    poses_wxyz: Array, t_s: Sequence[float] | Array, unseen: Array | None = None
) -> list[People]:
    """(T, P, 55, 4) at T times; motion begins with the first image.

    Args:
        unseen: (T, P) who is not seen: they carry the pose of their last sighting.
    """
    poses = np.array(poses_wxyz, float)
    away = np.zeros(poses.shape[:2], bool) if unseen is None else unseen
    for k in range(1, len(poses)):
        poses[k, away[k]] = poses[k - 1, away[k]]
    return [
        posing(
            pose,
            float(t),
            fresh=np.full(len(pose), k == 0),
            rows=np.where(gone, -1, np.arange(len(pose))),
            states=np.where(gone, TRACK_PREDICTED, TRACK_OBSERVED).astype(np.uint8),
        )
        for k, (pose, t, gone) in enumerate(zip(poses, t_s, away, strict=True))
    ]


def played(make: MakeStage, images: Sequence[People]) -> list[People]:
    """All that a stage says of them."""
    stage = make()
    results = [result for people in images for result in stage.push(people)]
    return [*results, *stage.flush()]


def angles_rad(images: Sequence[People], axis: Sequence[float] = (0.0, 0.6, 0.8)) -> Array:
    """(T, P) of the first joint about an axis, as `turned` made them."""
    pose = np.array([people.pose_wxyz[:, 0] for people in images])
    return np.unwrap(2 * np.arctan2(pose[..., 1:] @ np.asarray(axis), pose[..., 0]), axis=0)
