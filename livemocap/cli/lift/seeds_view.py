"""People as the published scripts show them: from a camera of Human3.6M, all about one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from inference.lifting.view import H36M_VIEW_WXYZ, on_floor, world_from_camera
from livemocap.coords import invert, transform
from livemocap.messages import TrackFrame
from livemocap.rotation import Array, matrix_from_quat, matrix_from_rotvec, rotvec_from_matrix

from .drawing import Z_UP_TO_Y_UP
from .people import world_points


def published(joints_cam: Array) -> Array:
    """Lifted joints (T, N, 17, 3) m, NaN where unknown, to the published world: z up, the lowest
    joint of each person's whole motion at 0."""
    world = world_from_camera(joints_cam, H36M_VIEW_WXYZ)
    for person in range(world.shape[1]):
        known = np.isfinite(world[:, person]).all((1, 2))
        if known.any():
            world[known, person] = on_floor(world[known, person])
    return world


def seen_as_published(frames: Sequence[TrackFrame]) -> list[TrackFrame]:
    """The same of whole skeletons, with y up as in every TrackFrame."""
    R = Z_UP_TO_Y_UP @ matrix_from_quat(H36M_VIEW_WXYZ.astype(float))
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
