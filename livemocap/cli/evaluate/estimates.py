"""What the messages of a take say, in the camera frame and ready to be compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from livemocap.coords import invert, project, transform_points
from livemocap.messages import TRACK_TENTATIVE, PoseFrame, TrackFrame
from livemocap.rotation import Array, matrix_from_rotvec
from livemocap.skeleton import (
    BODY_JOINTS,
    KEYPOINT_LAYOUTS,
    SMPLX,
    common_points,
    global_rotations,
    joint_positions,
)

_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


@dataclass(frozen=True, slots=True)
class PersonEstimate:
    """One person in one frame."""

    id: int
    joints: Array
    """(22, 3) m."""
    rotations: Array
    """(22, 3, 3) global."""
    points_px: Array
    """(22, 2); NaN where there is no evidence. Whom this is meant to be is told by these."""


@dataclass(frozen=True, slots=True)
class FrameEstimate:
    """Everybody in one image."""

    sequence: int
    image_size: tuple[int, int]
    """Width and height, px."""
    people: list[PersonEstimate]


def from_poses(frames: Iterable[PoseFrame]) -> list[FrameEstimate]:
    """The engine's own answer, raw; people carry its ids."""
    return [FrameEstimate(f.sequence, (f.width, f.height), _people_of_pose(f)) for f in frames]


def from_tracks(frames: Iterable[TrackFrame]) -> list[FrameEstimate]:
    """The tracked people, brought back to the camera; not those still on trial."""
    return [FrameEstimate(f.sequence, (f.width, f.height), _people_of_track(f)) for f in frames]


def _people_of_pose(frame: PoseFrame) -> list[PersonEstimate]:
    rotations = global_rotations(matrix_from_rotvec(frame.joint_rotvecs.astype(float)), SMPLX)
    joints = joint_positions(
        rotations, frame.rest_joints.astype(float), frame.pelvis.astype(float), SMPLX
    )
    points = _limb_points(frame)
    return [
        PersonEstimate(int(i), j[:BODY_JOINTS], r[:BODY_JOINTS], p)
        for i, j, r, p in zip(frame.engine_ids, joints, rotations, points, strict=True)
    ]


def _limb_points(frame: PoseFrame) -> Array:
    """(P, 22, 2) px, the engine's 2D evidence for the joints of arms and legs."""
    points = np.full((len(frame.scores), BODY_JOINTS, 2), np.nan)
    rows, joints = common_points(frame.keypoint_layout, "smplx55")
    names = KEYPOINT_LAYOUTS[frame.keypoint_layout]
    for row, joint in zip(rows, joints, strict=True):
        if names[row].split("_")[-1] in _LIMBS:
            points[:, joint] = frame.keypoints_px[:, row, :2]
    return points


def _people_of_track(frame: TrackFrame) -> list[PersonEstimate]:
    T_cam_world = invert(frame.T_world_cam.astype(float))
    local = matrix_from_rotvec(frame.joint_rotvecs.astype(float))
    rotations = T_cam_world[:3, :3] @ global_rotations(local, SMPLX)
    joints = transform_points(T_cam_world, frame.joints.astype(float))[:, :BODY_JOINTS]
    points = project(frame.K.astype(float), joints)
    shown = np.flatnonzero(frame.states != TRACK_TENTATIVE)
    return [
        PersonEstimate(int(frame.track_ids[p]), joints[p], rotations[p, :BODY_JOINTS], points[p])
        for p in shown
    ]
