"""Some of a take's people, and everybody as the published scripts show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from livemocap.coords import invert, transform
from livemocap.h36m_points import h36m_positions
from livemocap.messages import TRACK_OBSERVED, TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array, matrix_from_quat, matrix_from_rotvec, rotvec_from_matrix
from livemocap.skeleton import SMPLX, global_rotations

ROWS = (
    "track_ids", "states", "detections", "scores", "joint_rotvecs", "pelvis", "joints",
    "rest_joints", "betas", "expression", "joint_confidence",
)  # fmt: skip
"""The fields of a TrackFrame with a row for each person."""

Z_UP_TO_Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def seen_longest(frames: Sequence[TrackFrame], most: int | None) -> list[int]:
    """Ids of everybody who was ever more than a guess, or of so many who were seen longest."""
    real: set[int] = set()
    count: Counter[int] = Counter()
    for frame in frames:
        real.update(frame.track_ids[frame.states != TRACK_TENTATIVE].tolist())
        count.update(frame.track_ids[frame.states == TRACK_OBSERVED].tolist())
    order = sorted(real, key=lambda who: (-count[who], who))
    return sorted(order[:most])


def only(frame: TrackFrame, ids: Collection[int]) -> TrackFrame:
    """The frame with these people alone."""
    rows = np.flatnonzero(np.isin(frame.track_ids, list(ids)))
    names = {who: name for who, name in frame.names.items() if int(who) in ids}
    return replace(frame, names=names, **{name: getattr(frame, name)[rows] for name in ROWS})


def world_points(frame: TrackFrame) -> Array:
    """(P, 17, 3) m in the world: the points of H36M17 on everybody's skeleton."""
    world = global_rotations(matrix_from_rotvec(frame.joint_rotvecs.astype(float)), SMPLX)
    return h36m_positions(world, frame.joints.astype(float), frame.rest_joints.astype(float))


def camera_points(frame: TrackFrame) -> Array:
    """(P, 17, 3) m, the same about the hip and in the camera's axes."""
    points = world_points(frame)
    return (points - points[:, :1]) @ frame.T_world_cam[:3, :3].astype(float)


def as_seeds_show(frames: Sequence[TrackFrame], view_wxyz: Array) -> list[TrackFrame]:
    """Everybody about one place, seen from a camera of Human3.6M, the lowest joint of each
    person's whole motion on the floor.

    Args:
        view_wxyz: world from camera, z up.
    """
    R = Z_UP_TO_Y_UP @ matrix_from_quat(np.asarray(view_wxyz, float))
    T = transform(R, np.zeros(3)).astype(np.float32)
    turned = [_turned(frame, T) for frame in frames]
    lowest: dict[int, float] = {}
    for frame in turned:
        for who, points in zip(frame.track_ids.tolist(), world_points(frame), strict=True):
            lowest[who] = min(lowest.get(who, np.inf), float(points[:, 1].min()))
    return [_lifted(frame, lowest) for frame in turned]


def _turned(frame: TrackFrame, T: Array) -> TrackFrame:
    """Everybody's hip in the middle of a world in which the camera is turned by T."""
    R = T[:3, :3].astype(float) @ invert(frame.T_world_cam)[:3, :3].astype(float)
    rotvecs = frame.joint_rotvecs.copy()
    rotvecs[:, 0] = rotvec_from_matrix(R @ matrix_from_rotvec(rotvecs[:, 0].astype(float)))
    about = (world_points(frame)[:, 0] - frame.pelvis) @ R.T
    joints = (frame.joints - frame.pelvis[:, None]) @ R.T - about[:, None]
    return replace(
        frame,
        joint_rotvecs=rotvecs,
        pelvis=(-about).astype(np.float32),
        joints=joints.astype(np.float32),
        T_world_cam=T,
        world_source="assumed",
    )


def _lifted(frame: TrackFrame, lowest: dict[int, float]) -> TrackFrame:
    up = np.zeros_like(frame.pelvis)
    up[:, 1] = [-lowest[who] for who in frame.track_ids.tolist()]
    return replace(frame, pelvis=frame.pelvis + up, joints=frame.joints + up[:, None])
