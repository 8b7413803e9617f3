"""PoseFrames of made-up people in front of a camera of known height and pitch, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from motion import rest_joints

from livemocap.coords import assumed_intrinsics, invert, project, transform, transform_points
from livemocap.messages import PoseFrame
from livemocap.rotation import matrix_from_rotvec, rotvec_from_matrix
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

WIDTH, HEIGHT = 1280, 720
K = assumed_intrinsics(WIDTH, HEIGHT).astype(np.float32)
STANDING_PELVIS_M = 0.95
PER_PERSON = (
    "scores", "boxes_px", "joint_rotvecs", "pelvis", "rest_joints", "betas", "expression",
    "joint_visibility", "keypoints_px", "appearance", "engine_ids",
)  # fmt: skip
LOOKS = np.eye(8, dtype=np.float32)


@dataclass(frozen=True)
class Actor:
    """Somebody at one instant, in the world: a camera at the origin looks along -Z."""

    x_m: float
    z_m: float
    y_m: float = STANDING_PELVIS_M
    rotvecs: np.ndarray = field(default_factory=lambda: np.zeros((55, 3)))
    score: float = 0.8
    scale: float = 1.0
    look: int = -1
    """Row of LOOKS, -1 for one that says nothing."""
    hint: int = -1
    betas: float = 0.0


def T_world_cam(height_m: float = 1.5, pitch_deg: float = 0.0) -> np.ndarray:
    """(4, 4) of a camera that looks down by `pitch_deg`."""
    down = matrix_from_rotvec(np.array([-np.radians(pitch_deg), 0, 0]))
    return transform(down @ np.diag([1.0, -1, -1]), [0, height_m, 0])


def seen(
    people: Sequence[Actor],
    t_s: float = 0.0,
    sequence: int = 0,
    camera: np.ndarray | None = None,
    **changes: object,
) -> PoseFrame:
    """What an engine without errors would say of them."""
    T_cam_world = invert(T_world_cam() if camera is None else camera)
    n = len(people)
    rotvecs = np.array([actor.rotvecs for actor in people]).reshape(n, 55, 3).copy()
    rotvecs[:, 0] = rotvec_from_matrix(T_cam_world[:3, :3] @ matrix_from_rotvec(rotvecs[:, 0]))
    pelvis = np.array([[a.x_m, a.y_m, a.z_m] for a in people]).reshape(n, 3)
    pelvis = transform_points(T_cam_world, pelvis)
    rest = np.array([rest_joints(actor.scale) for actor in people]).reshape(n, 55, 3)
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    pixels = project(K, joint_positions(world, rest, pelvis, SMPLX))
    values: dict[str, object] = {
        "camera_id": "cam0",
        "sequence": sequence,
        "t_capture_ns": round(t_s * 1e9),
        "t_grab_ns": 1,
        "width": WIDTH,
        "height": HEIGHT,
        "K": K,
        "engine": "test/1",
        "body_model": "test_body",
        "body_hash": "0" * 16,
        "scores": np.array([actor.score for actor in people], np.float32),
        "boxes_px": np.concatenate([pixels.min(1), pixels.max(1)], -1).astype(np.float32),
        "joint_rotvecs": rotvecs.astype(np.float32),
        "pelvis": pelvis.astype(np.float32),
        "rest_joints": rest.astype(np.float32),
        "betas": np.array([[a.betas] * 10 for a in people], np.float32).reshape(n, 10),
        "expression": np.zeros((n, 10), np.float32),
        "joint_visibility": np.ones((n, 55), np.float32),
        "keypoint_layout": "smplx55",
        "keypoints_px": np.zeros((n, 55, 3), np.float32),
        "appearance": np.array(
            [LOOKS[a.look] if a.look >= 0 else np.full(8, 8**-0.5) for a in people], np.float32
        ).reshape(n, 8),
        "engine_ids": np.array([actor.hint for actor in people], np.int64),
    }
    return PoseFrame(**{**values, **changes})  # type: ignore[arg-type]


def permuted(frame: PoseFrame, order: Sequence[int]) -> PoseFrame:
    """The same people in other rows, or some of them."""
    rows = {name: getattr(frame, name)[list(order)] for name in PER_PERSON}
    kept = {name: getattr(frame, name) for name in PoseFrame.__slots__ if name not in rows}
    return PoseFrame(**kept, **rows)
