"""A small video of two people, their keypoints in AlphaPose's form, and a lifter that knows all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from clips import write_clip

from inference.body_model import default_body
from inference.lifting.placing import COCO_POINTS, SMPLX_POINTS
from livemocap.coords import assumed_intrinsics, project
from livemocap.h36m_points import h36m_positions
from livemocap.lifter import Lifted, Sight
from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from tracking.scene.standing import ANKLE_HEIGHT_M, FOOT_HEIGHT_M

WIDTH, HEIGHT, FPS = 320, 240, 30
K = assumed_intrinsics(WIDTH, HEIGHT)
REST = default_body().rest_joints(np.zeros(10)).astype(float)
CAMERA_HEIGHT_M = 1.3


@dataclass(frozen=True)
class Scene:
    """T images of two people, in the camera's frame."""

    joints: np.ndarray
    """(T, 2, 55, 3) m."""
    points: np.ndarray
    """(T, 2, 17, 3) m, H36M17."""
    keypoints: np.ndarray
    """(T, 2, 17, 3) px and confidence; of the head nothing is seen."""

    @classmethod
    def of(cls, images: int) -> Scene:
        """The first walks from left to right, the second steps on the spot, farther away."""
        t = np.arange(images) / FPS
        rotvecs = np.zeros((images, 2, len(SMPLX.names), 3))
        rotvecs[..., 0, 0] = np.pi
        swing = 0.5 * np.sin(2 * np.pi * np.stack([t, t + 0.3], 1))
        for side, sign in (("left", 1), ("right", -1)):
            rotvecs[..., SMPLX.index(f"{side}_hip"), 0] = sign * swing - 0.25
            rotvecs[..., SMPLX.index(f"{side}_knee"), 0] = 0.5 + sign * swing
            rotvecs[..., SMPLX.index(f"{side}_shoulder"), 2] = -sign * 1.1
            rotvecs[..., SMPLX.index(f"{side}_elbow"), 1] = -sign * (0.7 + swing)
        world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
        still = np.zeros_like(t)
        pelvis = np.stack(
            [
                np.stack([-0.7 + 0.5 * t, still, still + 3.5], -1),
                np.stack([still + 0.6, still, still + 4.5], -1),
            ],
            1,
        )
        joints = joint_positions(world, REST, pelvis, SMPLX)
        toes = joints[..., SMPLX.indices("left_foot", "right_foot"), 1] + FOOT_HEIGHT_M
        heels = joints[..., SMPLX.indices("left_ankle", "right_ankle"), 1] + ANKLE_HEIGHT_M
        soles = np.maximum(toes, heels).max(-1)
        joints[..., 1] += (CAMERA_HEIGHT_M - soles)[..., None]
        keypoints = np.zeros((images, 2, 17, 3))
        keypoints[..., COCO_POINTS, :2] = project(K, joints[..., SMPLX_POINTS, :])
        keypoints[..., COCO_POINTS, 2] = 0.9
        return cls(joints, h36m_positions(world, joints, REST), keypoints)

    def write_video(self, path: Path) -> Path:
        """Grey images."""
        images = [np.full((HEIGHT, WIDTH, 3), 90, np.uint8)] * len(self.joints)
        return write_clip(path, images)

    def write_alphapose(self, path: Path, scale: float = 1.0, first: int = 0) -> Path:
        """People in changing order; `first` is the number of the first image."""
        rows = []
        for t, people in enumerate(self.keypoints):
            for points in people[:: -1 if t % 3 else 1]:
                flat = (points * [scale, scale, 1]).ravel().round(3).tolist()
                rows.append({"image_id": f"{t + first}.jpg", "keypoints": flat, "score": 2.0})
        path.write_text(json.dumps(rows))
        return path


class Oracle:
    """A Lifter that tells the truth about whoever stands where the keypoints are."""

    name = "oracle"
    look_ahead_s = 0.0

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def push(self, sight: Sight) -> Sequence[Lifted]:
        t = round(sight.t_s * FPS)
        points, seen = self._scene.points[t], self._scene.keypoints[t]
        joints = np.full((len(sight.keys), 17, 3), np.nan)
        for row, keypoints in enumerate(sight.keypoints_px):
            if keypoints.any():
                off = np.abs(seen[..., :2] - keypoints[:, :2]).sum((1, 2))
                person = points[off.argmin()]
                joints[row] = person - person[:1]
        return [Lifted(t_s=sight.t_s, keys=sight.keys, joints=joints)]

    def flush(self) -> Sequence[Lifted]:
        return []

    def reset(self) -> None:
        pass
