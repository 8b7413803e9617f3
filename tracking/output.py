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
    matrix_from_rotvec,
    multiply,
    quat_from_matrix,
    rotvec_from_quat,
)
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations, joint_positions

from .track import Track

_PARENTS = np.array(SMPLX.parents[1:BODY_JOINTS])

PREDICTED_TRUST = 0.3
"""Joint confidence of somebody predicted, as a share of the last sighting's."""


def track_frame(
    frame: PoseFrame, tracks: Sequence[Track], T_world_cam: Array, world_source: str
) -> TrackFrame:
    """Everybody of `tracks`, in the world, at the instant of `frame`."""
    T = T_world_cam.astype(np.float32)
    poses = _stacked([track.smoothed.pose_wxyz for track in tracks], (55, 4), float)
    rotvecs = world_rotvecs(poses, T[:3, :3]).astype(np.float32)
    pelvis = transform_points(T, _stacked([track.smoothed.pelvis for track in tracks], (3,)))
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
        world_source=world_source,
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
        joint_rotvecs=rotvecs,
        pelvis=pelvis.astype(np.float32),
        joints=world_joints(rotvecs, rest, pelvis.astype(np.float32)),
        rest_joints=rest,
        betas=_stacked([t.shape.betas for t in tracks], frame.betas.shape[1:]),
        expression=_stacked([t.detection.expression for t in tracks], frame.expression.shape[1:]),
        joint_confidence=_stacked([_confidence(track) for track in tracks], (55,)),
    )


def world_joints(rotvecs: Array, rest_joints: Array, pelvis: Array) -> Array:
    """(P, 55, 3) m, float32: forward kinematics of the very numbers that are sent."""
    world = global_rotations(matrix_from_rotvec(rotvecs.astype(float)), SMPLX)
    joints = joint_positions(world, rest_joints.astype(float), pelvis.astype(float), SMPLX)
    return joints.astype(np.float32)


def world_rotvecs(poses_wxyz: Array, R_world_cam: Array) -> Array:
    """A pose as tracking keeps it, (P, 55, 4), to what TrackFrame.joint_rotvecs holds."""
    local = poses_wxyz.copy()
    body = poses_wxyz[:, :BODY_JOINTS]
    local[:, 1:BODY_JOINTS] = multiply(inverse(body[:, _PARENTS]), body[:, 1:])
    local[:, 0] = multiply(quat_from_matrix(R_world_cam.astype(float)), body[:, 0])
    return rotvec_from_quat(local)


def _confidence(track: Track) -> Array:
    trust = PREDICTED_TRUST if track.state == TRACK_PREDICTED else 1.0
    return trust * track.detection.visibility


def _stacked(rows: Sequence[Array], shape: tuple[int, ...], kind: type = np.float32) -> Array:
    """Rows as one array, also when there are none."""
    return np.array(rows, kind).reshape(len(rows), *shape)
