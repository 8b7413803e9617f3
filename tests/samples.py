"""Messages with plausible random content, for tests."""

from __future__ import annotations

import numpy as np

from livemocap.messages import (
    ControlReply,
    ControlRequest,
    EndOfStream,
    ImageFrame,
    Message,
    Metrics,
    PoseFrame,
    TrackFrame,
)


def pose_frame(people: int = 2, sequence: int = 0, seed: int = 0, **changes: object) -> PoseFrame:
    """A PoseFrame of `people` random people."""
    rng = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return rng.random((people, *shape), np.float32)

    values: dict[str, object] = {
        "camera_id": "cam0",
        "sequence": sequence,
        "t_capture_ns": sequence * 33_333_333,
        "t_grab_ns": 1,
        "width": 640,
        "height": 480,
        "K": np.eye(3, dtype=np.float32),
        "engine": "test/1",
        "body_model": "test_body",
        "body_hash": "0" * 16,
        "scores": some(),
        "boxes_px": some(4),
        "joint_rotvecs": some(55, 3),
        "pelvis": some(3),
        "rest_joints": some(55, 3),
        "betas": some(10),
        "expression": some(10),
        "joint_visibility": some(55),
        "keypoint_layout": "coco17",
        "keypoints_px": some(17, 3),
        "appearance": some(8),
        "engine_ids": np.arange(people),
    }
    return PoseFrame(**{**values, **changes})  # type: ignore[arg-type]


def track_frame(people: int = 2, sequence: int = 0, seed: int = 0, **changes: object) -> TrackFrame:
    """A TrackFrame of `people` random people; its joints obey no skeleton."""
    rng = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return rng.random((people, *shape), np.float32)

    values: dict[str, object] = {
        "camera_id": "cam0",
        "sequence": sequence,
        "t_capture_ns": sequence * 33_333_333,
        "t_grab_ns": 1,
        "width": 640,
        "height": 480,
        "K": np.eye(3, dtype=np.float32),
        "T_world_cam": np.eye(4, dtype=np.float32),
        "body_model": "test_body",
        "body_hash": "0" * 16,
        "track_ids": np.arange(people) + 1,
        "states": np.ones(people, np.uint8),
        "detections": np.arange(people),
        "scores": some(),
        "joint_rotvecs": some(55, 3),
        "pelvis": some(3),
        "joints": some(55, 3),
        "rest_joints": some(55, 3),
        "betas": some(10),
        "expression": some(10),
        "joint_confidence": some(55),
    }
    return TrackFrame(**{**values, **changes})  # type: ignore[arg-type]


def image_frame(sequence: int = 0) -> ImageFrame:
    """A tiny raw image."""
    return ImageFrame(
        camera_id="cam0",
        sequence=sequence,
        t_capture_ns=sequence * 33_333_333,
        t_grab_ns=2,
        width=4,
        height=2,
        encoding="bgr",
        pixels=np.arange(24, dtype=np.uint8),
        K=np.eye(3, dtype=np.float32),
        intrinsics_source="assumed",
    )


def one_of_each() -> list[Message]:
    """A message of every type."""
    return [
        image_frame(),
        pose_frame(),
        track_frame(),
        EndOfStream(camera_id="cam0", frames=3),
        Metrics(role="infer", t_ns=5, values={"fps": 29.97, "state": "live", "people": 2}),
        ControlRequest(command="record.start", arguments={"name": "take"}),
        ControlReply(ok=True, message="recording", values={"path": "take.mcap"}),
    ]
