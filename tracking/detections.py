"""One camera's PoseFrame in the tracker's own terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.messages import PoseFrame
from livemocap.rotation import Array, matrix_from_quat, quat_from_matrix, quat_from_rotvec
from livemocap.skeleton import (
    BODY_JOINTS,
    SMPLX,
    Skeleton,
    global_rotations,
    joint_positions,
)

from .motion import place_of

BODY = Skeleton(SMPLX.names[:BODY_JOINTS], SMPLX.parents[:BODY_JOINTS])
"""Without face and fingers."""

NEAREST_M = 0.1
"""A pelvis nearer than this, or behind the lens, is no person."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detection:
    """One person in one image, in the camera frame; equal to nothing but itself."""

    row: int
    """In the PoseFrame."""
    score: float
    box_px: Array
    """(4,) x0 y0 x1 y1."""
    pelvis: Array
    """(3,) m."""
    place: list[float]
    """(3,) x/z, y/z, log z."""
    body: Array
    """(22, 3) m, body joints from the pelvis."""
    posed: bool
    """Whether any joint of the body is turned: a box alone comes in the rest pose."""
    pose_wxyz: Array
    """(55, 4): global rotations of the body's 22, parent-relative ones of the rest."""
    rest_joints: Array
    betas: Array
    expression: Array
    visibility: Array
    """(55,) 0..1."""
    appearance: Array | None
    """(D,) unit norm, None when the engine does not know."""
    engine_id: int


def read_detections(frame: PoseFrame, least_score: float) -> tuple[list[Detection], int]:
    """Everybody in a frame who can be used, from left to right, and how many were broken.

    The order of the rows in the frame has no influence on the result.
    """
    if not len(frame.scores):
        return [], 0
    usable, broken = _usable(frame)
    rows = np.flatnonzero(usable & (frame.scores >= least_score))
    if not len(rows):
        return [], broken
    places: list[list[float]] = place_of(frame.pelvis[rows].astype(float)).tolist()
    order = sorted(range(len(rows)), key=lambda i: (*places[i], -frame.scores[rows[i]]))
    rows, places = rows[order], [places[i] for i in order]
    rotvecs = frame.joint_rotvecs[rows].astype(float)
    posed = np.abs(rotvecs[:, 1:BODY_JOINTS]).max((1, 2)) > 0
    pose = quat_from_rotvec(rotvecs)
    world = global_rotations(matrix_from_quat(pose[:, :BODY_JOINTS]), BODY)
    body = joint_positions(world, frame.rest_joints[rows, :BODY_JOINTS], np.zeros(3), BODY)
    pose[:, :BODY_JOINTS] = quat_from_matrix(world)
    pelvis, boxes = frame.pelvis[rows].astype(float), frame.boxes_px[rows].astype(float)
    visibility = np.minimum(np.maximum(frame.joint_visibility[rows], 0), 1)
    looks = frame.appearance[rows].astype(float)
    return [
        Detection(
            row=int(row),
            score=float(frame.scores[row]),
            box_px=boxes[i],
            pelvis=pelvis[i],
            place=places[i],
            body=body[i],
            posed=bool(posed[i]),
            pose_wxyz=pose[i],
            rest_joints=frame.rest_joints[row],
            betas=frame.betas[row],
            expression=frame.expression[row],
            visibility=visibility[i],
            appearance=looks[i] if known else None,
            engine_id=int(frame.engine_ids[row]),
        )
        for i, (row, known) in enumerate(zip(rows, _known(looks), strict=True))
    ], broken


def _usable(frame: PoseFrame) -> tuple[Array, int]:
    """(P,) whether all that tracking needs is finite and before the lens; how many are not."""
    people = len(frame.scores)
    fields = (
        frame.scores,
        frame.boxes_px,
        frame.joint_rotvecs,
        frame.pelvis,
        frame.rest_joints,
        frame.betas,
        frame.expression,
        frame.joint_visibility,
    )
    values = np.concatenate([field.reshape(people, -1) for field in fields], 1)
    total = values.sum(1, dtype=float)  # finite if all of it is
    usable = np.isfinite(total) & (frame.pelvis[:, 2] > NEAREST_M)
    return usable, people - int(usable.sum())


def _known(looks: Array) -> Array:
    """(P,) whether an appearance says anything: not missing, broken, or the same all over."""
    if not looks.shape[1]:
        return np.zeros(len(looks), bool)
    spread = looks.max(1) - looks.min(1)  # NaN for broken ones
    return (spread > 1e-6) & (spread < np.inf)
