"""Some of a take's people, and the points that lifters know on their skeletons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from livemocap.h36m_points import h36m_positions
from livemocap.messages import TRACK_OBSERVED, TRACK_TENTATIVE, TrackFrame
from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations

ROWS = (
    "track_ids", "states", "detections", "scores", "joint_rotvecs", "pelvis", "joints",
    "rest_joints", "betas", "expression", "joint_confidence",
)  # fmt: skip
"""The fields of a TrackFrame with a row for each person."""


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
