"""An engine that answers at once: two people who walk in circles, told from the time stamp.

For tests of everything around an engine, and for measuring what the pipeline itself costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from livemocap.coords import project
from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

from .engine import EngineImage, People

_PEOPLE = 2
_CIRCLE_NS = 4_000_000_000
_PHASES = 240
"""Answers for one way round: one every 17 ms."""


class InstantEngine:
    """Two walkers, 4 m in front of the camera, on circles of half a metre."""

    name = "instant/1"
    body_model = "stick_figure"
    body_hash = "0" * 16
    hand_mean_known = True
    keypoint_layout = "smplx55"
    batch_size = 1

    def __init__(self) -> None:
        self._answers: dict[tuple[bytes, str], list[People]] = {}

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None:
        pass

    def infer(self, images: Sequence[EngineImage]) -> list[People]:
        return [self._walkers(image) for image in images]

    def reset(self, camera_id: str) -> None:
        pass

    def measurements(self) -> Mapping[str, float]:
        return {}

    def close(self) -> None:
        pass

    def _walkers(self, image: EngineImage) -> People:
        """The answer nearest in time, out of all those for this camera's lens."""
        lens = image.K.tobytes(), image.intrinsics_source
        if lens not in self._answers:
            self._answers[lens] = _walk_round(image.K, image.intrinsics_source)
        return self._answers[lens][round(image.t_capture_ns * _PHASES / _CIRCLE_NS) % _PHASES]


def _walk_round(K: Array, intrinsics_source: str) -> list[People]:
    """What both look like at each phase of the circle."""
    phase = 2 * np.pi * np.add.outer(np.arange(_PHASES) / _PHASES, np.arange(_PEOPLE) / _PEOPLE)
    rotvecs = _walking(phase)
    pelvis = np.stack(
        [np.cos(phase) * 0.5 + [-0.8, 0.8], np.zeros_like(phase), np.sin(phase) * 0.5 + 4.0], -1
    )
    rest = np.broadcast_to(_stick_figure(), (_PEOPLE, 55, 3)).astype(np.float32)
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    points = project(K, joint_positions(world, rest, pelvis, SMPLX))
    boxes = np.concatenate([points.min(2), points.max(2)], -1)
    keypoints = np.concatenate([points, np.ones((*points.shape[:-1], 1))], -1)
    return [
        People(
            scores=np.full(_PEOPLE, 0.9, np.float32),
            boxes_px=boxes[k].astype(np.float32),
            joint_rotvecs=rotvecs[k].astype(np.float32),
            pelvis=pelvis[k].astype(np.float32),
            rest_joints=rest,
            betas=np.zeros((_PEOPLE, 10), np.float32),
            expression=np.zeros((_PEOPLE, 10), np.float32),
            joint_visibility=np.ones((_PEOPLE, 55), np.float32),
            keypoints_px=keypoints[k].astype(np.float32),
            appearance=np.eye(_PEOPLE, 8, dtype=np.float32),
            engine_ids=np.arange(_PEOPLE),
            K=K,
            intrinsics_source=intrinsics_source,
        )
        for k in range(_PHASES)
    ]


def _walking(phase: Array) -> Array:
    """(..., P) rad to (..., P, 55, 3): arms and legs swing, the body faces the camera."""
    rotvecs = np.zeros((*phase.shape, 55, 3))
    rotvecs[..., 0, :] = [np.pi, 0, 0]  # upright in a frame whose Y points down
    swing = np.sin(2 * phase)
    for name, axis, amount in (
        ("left_hip", 0, 0.4),
        ("right_hip", 0, -0.4),
        ("left_knee", 0, 0.3),
        ("right_knee", 0, 0.3),
        ("left_shoulder", 2, -0.3),
        ("right_shoulder", 2, 0.3),
    ):
        rotvecs[..., SMPLX.index(name), axis] = amount * (
            swing if "hip" in name else 1 + 0.5 * swing
        )
    return rotvecs


def _stick_figure() -> Array:
    """(55, 3) m: a T-pose of plausible lengths that owes nothing to any body file."""
    steps = {
        "hip": (0.1, -0.08, 0),
        "knee": (0, -0.4, 0),
        "ankle": (0, -0.42, 0),
        "foot": (0, -0.06, 0.13),
        "collar": (0.06, 0.12, 0),
        "shoulder": (0.12, 0.02, 0),
        "elbow": (0.27, 0, 0),
        "wrist": (0.25, 0, 0),
        "eye": (0.03, 0.06, 0.08),
        "index": (0.03, 0, 0),
        "middle": (0.03, 0, 0),
        "pinky": (0.02, 0, 0),
        "ring": (0.03, 0, 0),
        "thumb": (0.02, 0, 0.02),
        "spine": (0, 0.13, 0),
        "neck": (0, 0.2, 0),
        "head": (0, 0.1, 0),
        "jaw": (0, -0.02, 0.03),
    }
    rest = np.zeros((55, 3))
    for joint, (name, parent) in enumerate(zip(SMPLX.names, SMPLX.parents, strict=True)):
        if parent >= 0:
            kind = name.removeprefix("left_").removeprefix("right_").rstrip("123")
            side = -1 if name.startswith("right_") else 1
            rest[joint] = rest[parent] + np.array(steps[kind]) * [side, 1, 1]
    return rest
