"""Somebody whom an engine has with average bones, while a detector sees what they really are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from seen_people import Actor, K, seen

from livemocap.coords import project
from livemocap.messages import PoseFrame, TrackFrame
from livemocap.rotation import matrix_from_rotvec
from livemocap.skeleton import COCO17, SMPLX, global_rotations, joint_positions
from tracking.adapt.log import BEGUN
from tracking.adapt.proportions import FACTORS, stretched
from tracking.tracker import Tracker

FPS = 20.0
LONG_LEGS = {"legs": 0.18, "arms": -0.16}
_NAMES = [name for name in COCO17 if name in SMPLX.names]


def factors(**wanted: float) -> np.ndarray:
    """(6,) logarithms."""
    return np.array([wanted.get(name, 0.0) for name in FACTORS])


def gesturing(t_s: float) -> np.ndarray:
    """(55, 3) rad: arms and legs move, and the body turns a little."""
    rotvecs = np.zeros((55, 3))
    for name, axis, amount, rate in (
        ("left_shoulder", 2, 0.9, 1.9),
        ("right_shoulder", 2, -0.8, 2.3),
        ("left_elbow", 1, -0.9, 2.9),
        ("right_elbow", 1, 0.8, 1.7),
        ("left_hip", 0, -0.7, 2.1),
        ("right_hip", 0, 0.6, 1.3),
        ("left_knee", 0, 0.6, 2.1),
        ("right_knee", 0, 0.5, 1.3),
        ("pelvis", 1, 0.5, 0.9),
    ):
        rotvecs[SMPLX.index(name), axis] = amount * (0.5 + 0.5 * np.sin(rate * t_s))
    return rotvecs


def frame(k: int, true: np.ndarray, noise_px: float = 0.0, **changes: object) -> PoseFrame:
    """Image `k`: one person, whose true bones are longer by exp of `true` (6,)."""
    t_s = k / FPS
    posed = seen([Actor(0.2 * np.sin(t_s), -3.5, rotvecs=gesturing(t_s))], t_s, k)
    rng = np.random.default_rng(k)
    points = detected(posed, true) + noise_px * rng.standard_normal((1, len(_NAMES), 2))
    keypoints = np.zeros((1, len(COCO17), 3), np.float32)
    rows = [COCO17.index(name) for name in _NAMES]
    keypoints[:, rows] = np.concatenate([points, np.full((*points.shape[:2], 1), 0.9)], -1)
    values = {"keypoint_layout": "coco17", "keypoints_px": keypoints, **changes}
    return replace(posed, **values)  # type: ignore[arg-type]


def true_joints(posed: PoseFrame, true: np.ndarray) -> np.ndarray:
    """(P, 55, 3) m in the camera's frame."""
    rest = stretched(posed.rest_joints.astype(float), true)
    world = global_rotations(matrix_from_rotvec(posed.joint_rotvecs), SMPLX)
    return joint_positions(world, rest, posed.pelvis.astype(float), SMPLX)


def detected(posed: PoseFrame, true: np.ndarray) -> np.ndarray:
    """(P, N, 2) px of the joints that COCO has, too."""
    return project(K, true_joints(posed, true)[:, SMPLX.indices(*_NAMES)])


def stream(
    seconds: float, true: np.ndarray, from_s: float = 0.0, **changes: object
) -> list[PoseFrame]:
    """Images from `from_s` on, with 2 px of noise."""
    first = round(from_s * FPS)
    images = range(first, first + round(seconds * FPS))
    return [frame(k, true, 2.0, **changes) for k in images]


def tracked(tracker: Tracker, frames: Sequence[PoseFrame]) -> list[TrackFrame]:
    """As live, with time to learn after each image."""
    shown: list[TrackFrame] = []
    for one in frames:
        shown += tracker.push(one)
        tracker.learn()
    return shown


def swaps(frames: Sequence[TrackFrame]) -> Iterator[tuple[int, list[float]]]:
    """(sequence, numbers) of each."""
    for one in frames:
        for key, numbers in one.swaps.items():
            if key != BEGUN:
                yield one.sequence, numbers
