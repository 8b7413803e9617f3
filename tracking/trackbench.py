"""The tracker behind the doors of a benchmark of tracks: per-frame estimates in, rows out.

Every door is a thin adapter over `Tracker`. Poses come and go in the camera's frame; `transl` is
the pelvis itself, as in `PoseFrame.pelvis`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from livemocap.messages import PoseFrame, TrackFrame
from livemocap.rotation import (
    Array,
    inverse,
    matrix_from_rotvec,
    multiply,
    quat_from_matrix,
    quat_from_rotvec,
    rotvec_from_quat,
)
from livemocap.skeleton import SMPLX, global_rotations

from .config import TrackingConfig
from .tracker import Tracker

BOX_LATERAL_M, BOX_DEPTH = 0.04, 0.05
"""What a pelvis is worth that was made of a box alone: depth comes from the box's height."""

JOINTS = len(SMPLX.parents)
_PARENTS = np.array(SMPLX.parents[1:])
_CHAINS = SMPLX.chains.astype(np.float32)

Row = dict[str, Any]


class BenchFrame(Protocol):
    """Everybody an estimator saw in one image, unordered; n may be 0."""

    k: int
    t: float
    score: Array
    box: Array
    betas: Array
    rotvec: Array
    transl: Array
    joints: Array


class LiveTracker:
    """Answers each frame at once, smoothed without look-ahead.

    Args:
        meta: `fps`, `K` (3, 3) and `size` (width, height) px.
    """

    mode = "live"

    def __init__(self, meta: Mapping[str, Any], config: TrackingConfig | None = None) -> None:
        self._K = np.asarray(meta["K"], np.float32)
        self._size = (int(meta["size"][0]), int(meta["size"][1]))
        self._tracker = Tracker(replace(config or TrackingConfig(), mode=self.mode))

    def update(self, frame: BenchFrame) -> list[Row]:
        """Rows of everybody who is shown, predicted people among them, of each frame that is
        ready."""
        ready = self._tracker.push(self._pose_frame(frame))
        return [row for tracked in ready for row in self._rows(tracked, frame)]

    def flush(self) -> list[Row]:
        """Rows of the frames that were held back."""
        return [row for tracked in self._tracker.flush() for row in camera_rows(tracked)]

    def _pose_frame(self, frame: BenchFrame) -> PoseFrame:
        return pose_frame(frame, self._K, self._size, rest_of(frame.rotvec, frame.joints))

    def _rows(self, tracked: TrackFrame, frame: BenchFrame) -> list[Row]:
        return camera_rows(tracked)


class BroadcastTracker(LiveTracker):
    """Answers late, by the look-ahead that the product has by default."""

    mode = "broadcast"


class BakeTracker(LiveTracker):
    """Answers when everything has been seen."""

    mode = "bake"


class BoxTracker(LiveTracker):
    """For boxes without pose or shape: each row carries the `transl` of the detection it used."""

    def __init__(self, meta: Mapping[str, Any], config: TrackingConfig | None = None) -> None:
        config = config or TrackingConfig()
        noise = replace(config, lateral_noise_m=BOX_LATERAL_M, depth_noise=BOX_DEPTH)
        super().__init__(meta, noise)

    def _rows(self, tracked: TrackFrame, frame: BenchFrame) -> list[Row]:
        return [
            {
                "track_id": int(track_id),
                "rotvec": frame.rotvec[row],
                "transl": frame.transl[row],
                "betas": frame.betas[row],
                "joints": frame.joints[row],
            }
            for track_id, row in zip(tracked.track_ids, tracked.detections, strict=True)
            if row >= 0
        ]


def rest_of(rotvec: Array, joints: Array) -> Array:
    """(n, 55, 3) m at rest, from rotations and joints (n, 55, 3): each bone turned back."""
    world = global_rotations(matrix_from_rotvec(np.asarray(rotvec, np.float32)), SMPLX)
    bones = (joints[:, 1:] - joints.take(_PARENTS, 1)).astype(np.float32)
    turned = (bones[:, :, None] @ world.take(_PARENTS, 1))[:, :, 0]
    return _CHAINS @ turned


def pose_frame(frame: BenchFrame, K: Array, size_px: tuple[int, int], rest: Array) -> PoseFrame:
    """The message an engine would have sent; all joints count as seen as the detection is sure."""
    people = len(frame.score)
    t_ns = round(float(frame.t) * 1e9)
    return PoseFrame(
        camera_id="bench",
        sequence=int(frame.k),
        t_capture_ns=t_ns,
        t_grab_ns=t_ns,
        width=size_px[0],
        height=size_px[1],
        K=K,
        engine="bench/1",
        body_model="bench",
        body_hash="0" * 16,
        scores=np.asarray(frame.score, np.float32),
        boxes_px=np.asarray(frame.box, np.float32),
        joint_rotvecs=np.asarray(frame.rotvec, np.float32),
        pelvis=np.asarray(frame.transl, np.float32),
        rest_joints=rest,
        betas=np.asarray(frame.betas, np.float32),
        expression=np.zeros((people, 0), np.float32),
        joint_visibility=np.ones((people, JOINTS), np.float32),
        keypoint_layout="smplx55",
        keypoints_px=np.zeros((people, 0, 3), np.float32),
        appearance=np.zeros((people, 0), np.float32),
        engine_ids=np.full(people, -1, np.int64),
    )


def camera_rows(tracked: TrackFrame) -> list[Row]:
    """Tracks as rows in the camera's frame."""
    if not len(tracked.track_ids):
        return []
    R, lift = tracked.T_world_cam[:3, :3].astype(float), tracked.T_world_cam[:3, 3]
    rotvec = tracked.joint_rotvecs.astype(float)
    turn = inverse(quat_from_matrix(R))
    rotvec[:, 0] = rotvec_from_quat(multiply(turn, quat_from_rotvec(rotvec[:, 0])))
    pelvis, joints = (tracked.pelvis - lift) @ R, (tracked.joints - lift) @ R
    return [
        {
            "track_id": int(track_id),
            "rotvec": rotvec[i],
            "transl": pelvis[i],
            "betas": tracked.betas[i],
            "joints": joints[i],
            "frame": tracked.sequence,
        }
        for i, track_id in enumerate(tracked.track_ids)
    ]
