"""Made-up people who move smoothly in all 55 joints, for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livemocap.messages import TRACK_OBSERVED, TrackFrame
from livemocap.rotation import continuous, matrix_from_rotvec, quat_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.motion import PersonMotion

_BODY_Y_UP = {
    "pelvis": (0, 0.95, 0), "left_hip": (0.06, 0.86, 0), "spine1": (0, 1.07, -0.01),
    "left_knee": (0.11, 0.49, 0), "spine2": (0, 1.2, 0), "left_ankle": (0.09, 0.08, -0.04),
    "spine3": (0, 1.25, 0.03), "left_foot": (0.13, 0.02, 0.1), "neck": (0, 1.42, -0.01),
    "left_collar": (0.05, 1.35, 0), "head": (0, 1.55, 0.03), "left_shoulder": (0.17, 1.38, 0),
    "left_elbow": (0.42, 1.37, -0.03), "left_wrist": (0.67, 1.38, -0.04), "jaw": (0, 1.56, 0.05),
    "left_eye": (0.03, 1.62, 0.09),
}  # fmt: skip


def rest_joints(scale: float = 1.0) -> np.ndarray:
    """(55, 3) m of a person in T-pose, facing +Z."""
    places = dict(_BODY_Y_UP)
    for row, digit in enumerate(("index", "middle", "ring", "pinky", "thumb")):
        reach, step = (0.04, 0.03) if digit == "thumb" else (0.1, 0.028 - 0.002 * row)
        for k in (1, 2, 3):
            x = 0.67 + reach + step * (k - 1)
            places[f"left_{digit}{k}"] = (x, 1.37, 0.03 - 0.022 * (row % 4))
    joints = np.zeros((len(SMPLX.names), 3))
    for joint, name in enumerate(SMPLX.names):
        x, y, z = places[name.replace("right_", "left_")]
        joints[joint] = (-x if name.startswith("right_") else x, y, z)
    return joints * scale


def smooth_rotvecs(frames: int, fps: float = 30.0, seed: int = 0) -> np.ndarray:
    """(T, 55, 3) rad: every joint swings by up to 40 degrees, the pelvis turns all the way."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames)[:, None, None] / fps
    speed, phase = rng.uniform(1, 5, (55, 3)), rng.uniform(0, 6.28, (55, 3))
    rotvecs = 0.4 * np.sin(speed * t + phase)
    rotvecs[:, 0] = [[0.2 * np.sin(a), a, 0.1] for a in 1.3 * t[:, 0, 0]]
    return rotvecs


def smooth_pelvis(frames: int, fps: float = 30.0, seed: int = 0) -> np.ndarray:
    """(T, 3) m: a circle of 1.5 m with a bounce, not at the origin."""
    a = np.arange(frames) / fps + seed
    return np.stack([1.5 * np.cos(a) + 1, 0.95 + 0.05 * np.sin(7 * a), 1.5 * np.sin(a) - 2], -1)


def smooth_motion(
    frames: int = 61, fps: float = 30.0, seed: int = 0, scale: float = 1.0, track_id: int = 1
) -> PersonMotion:
    """A PersonMotion of `smooth_rotvecs` and `smooth_pelvis`."""
    return PersonMotion(
        track_id=track_id,
        times_s=np.arange(frames) / fps,
        local_wxyz=continuous(quat_from_rotvec(smooth_rotvecs(frames, fps, seed))),
        pelvis=smooth_pelvis(frames, fps, seed),
        rest_joints=rest_joints(scale),
    )


def smooth_tracks(
    frames: int = 61, fps: float = 30.0, people: Sequence[int] = (1, 2)
) -> list[TrackFrame]:
    """What the tracker would say of people who move like `smooth_motion`; their id is the seed."""
    rotvecs = np.stack([smooth_rotvecs(frames, fps, seed) for seed in people], 1)
    pelvis = np.stack([smooth_pelvis(frames, fps, seed) for seed in people], 1)
    rest = np.stack([rest_joints(1 + 0.1 * seed) for seed in people])
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    joints = joint_positions(world, rest, pelvis, SMPLX)
    P = len(people)
    return [
        TrackFrame(
            camera_id="cam0",
            sequence=k,
            t_capture_ns=round(k * 1e9 / fps),
            t_grab_ns=k,
            width=640,
            height=480,
            K=np.eye(3, dtype=np.float32),
            T_world_cam=np.eye(4, dtype=np.float32),
            body_model="test_body",
            body_hash="0" * 16,
            track_ids=np.array(people),
            states=np.full(P, TRACK_OBSERVED, np.uint8),
            detections=np.arange(P),
            scores=np.ones(P, np.float32),
            joint_rotvecs=rotvecs[k].astype(np.float32),
            pelvis=pelvis[k].astype(np.float32),
            joints=joints[k].astype(np.float32),
            rest_joints=rest.astype(np.float32),
            betas=np.zeros((P, 10), np.float32),
            expression=np.zeros((P, 10), np.float32),
            joint_confidence=np.ones((P, 55), np.float32),
        )
        for k in range(frames)
    ]
