"""Tracks as the message that everybody downstream reads."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from livemocap.coords import transform_points
from livemocap.messages import TRACK_PREDICTED, PoseFrame, TrackFrame
from livemocap.rotation import (
    Array,
    inverse,
    matrix_from_quat,
    multiply,
    rotvec_from_quat,
)
from livemocap.skeleton import BODY_JOINTS, SMPLX, joint_positions

from .motion import pelvis_of
from .track import Track
from .world import WorldEstimator

_PARENTS = np.array(SMPLX.parents[1:BODY_JOINTS])
_BEYOND_BODY = [
    (joints[joints >= BODY_JOINTS], parents[joints >= BODY_JOINTS])
    for joints, parents in SMPLX.levels
    if (joints >= BODY_JOINTS).any()
]
"""Levels of the face and the fingers."""

PREDICTED_TRUST = 0.3
"""Joint confidence of somebody predicted, as a share of the last sighting's."""


def track_frame(frame: PoseFrame, tracks: Sequence[Track], world: WorldEstimator) -> TrackFrame:
    """Everybody of `tracks`, in the world, at the instant of `frame`."""
    T = world.T_world_cam
    poses = _stacked([track.smoothed.pose_wxyz for track in tracks], (55, 4), float)
    local_wxyz, rotations = in_world(poses, world.world_cam_wxyz)
    places = _stacked([track.smoothed.place for track in tracks], (3,), float)
    pelvis = transform_points(T, pelvis_of(places).astype(np.float32))
    rest = _stacked([track.shape.rest_joints for track in tracks], (55, 3))
    seen = [track.state != TRACK_PREDICTED for track in tracks]
    return TrackFrame(
        camera_id=frame.camera_id,
        sequence=frame.sequence,
        t_capture_ns=frame.t_capture_ns,
        t_grab_ns=frame.t_grab_ns,
        t_infer_ns=frame.t_infer_ns,
        t_pose_ns=frame.t_pose_ns,
        t_track_ns=time.monotonic_ns(),
        width=frame.width,
        height=frame.height,
        K=frame.K,
        T_world_cam=T,
        world_source=world.source,
        cut=frame.cut,
        body_model=frame.body_model,
        body_hash=frame.body_hash,
        hand_mean_known=frame.hand_mean_known,
        track_ids=np.array([track.track_id for track in tracks], np.int64),
        states=np.array([track.state for track in tracks], np.uint8),
        detections=np.array(
            [t.detection.row if s else -1 for t, s in zip(tracks, seen, strict=True)], np.int64
        ),
        scores=np.array([track.detection.score for track in tracks], np.float32),
        joint_rotvecs=rotvec_from_quat(local_wxyz).astype(np.float32),
        pelvis=pelvis,
        joints=joint_positions(rotations, rest, pelvis, SMPLX).astype(np.float32),
        rest_joints=rest,
        betas=_stacked([t.shape.betas for t in tracks], frame.betas.shape[1:]),
        expression=_stacked([t.detection.expression for t in tracks], frame.expression.shape[1:]),
        joint_confidence=_stacked([_confidence(track) for track in tracks], (55,)),
    )


def in_world(poses_wxyz: Array, world_cam_wxyz: Array) -> tuple[Array, Array]:
    """A pose as tracking keeps it, (P, 55, 4), turned into the world.

    Returns:
        Its parent-relative quaternions (P, 55, 4), which TrackFrame.joint_rotvecs holds as
        vectors, and its global rotations (P, 55, 3, 3).
    """
    body = multiply(world_cam_wxyz, poses_wxyz[:, :BODY_JOINTS])
    local = np.concatenate([body, poses_wxyz[:, BODY_JOINTS:]], 1)
    rotations = matrix_from_quat(local)
    for joints, parents in _BEYOND_BODY:
        rotations[:, joints] = rotations.take(parents, 1) @ rotations.take(joints, 1)
    local[:, 1:BODY_JOINTS] = multiply(inverse(body.take(_PARENTS, 1)), body[:, 1:])
    return local, rotations


def _confidence(track: Track) -> Array:
    trust = PREDICTED_TRUST if track.state == TRACK_PREDICTED else 1.0
    return trust * track.detection.visibility


def _stacked(
    rows: Sequence[Array | Sequence[float]], shape: tuple[int, ...], kind: type = np.float32
) -> Array:
    """Rows as one array, also when there are none."""
    return np.array(rows, kind).reshape(len(rows), *shape)
