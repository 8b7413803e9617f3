"""One camera's PoseFrame in the tracker's own terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.messages import PoseFrame
from livemocap.rotation import Array, matrix_from_rotvec, quat_from_matrix, quat_from_rotvec
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations, joint_positions

from .motion import place_of

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
    place: Array
    """(3,) x/z, y/z, log z."""
    body: Array
    """(22, 3) m, body joints from the pelvis."""
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
    usable, broken = _usable(frame)
    rows = np.flatnonzero(usable & (frame.scores >= least_score))
    if not len(rows):
        return [], broken
    places = place_of(frame.pelvis[rows].astype(float))
    order = np.lexsort((-frame.scores[rows], places[:, 2], places[:, 1], places[:, 0]))
    rows, places = rows[order], places[order]
    rotvecs = frame.joint_rotvecs[rows].astype(float)
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    body = joint_positions(world, frame.rest_joints[rows].astype(float), np.zeros(3), SMPLX)
    pose = quat_from_rotvec(rotvecs)
    pose[:, :BODY_JOINTS] = quat_from_matrix(world[:, :BODY_JOINTS])
    return [
        _detection(frame, int(row), places[i], body[i, :BODY_JOINTS], pose[i])
        for i, row in enumerate(rows)
    ], broken


def _usable(frame: PoseFrame) -> tuple[Array, int]:
    """(P,) whether all that tracking needs is finite and before the lens; how many are not."""
    finite = np.isfinite(frame.scores)
    for values in (
        frame.boxes_px,
        frame.joint_rotvecs,
        frame.pelvis,
        frame.rest_joints,
        frame.betas,
        frame.expression,
        frame.joint_visibility,
    ):
        finite &= np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
    usable = finite & (np.nan_to_num(frame.pelvis[:, 2]) > NEAREST_M)
    return usable, int((~usable).sum())


def _detection(frame: PoseFrame, row: int, place: Array, body: Array, pose: Array) -> Detection:
    return Detection(
        row=row,
        score=float(frame.scores[row]),
        box_px=frame.boxes_px[row].astype(float),
        pelvis=frame.pelvis[row].astype(float),
        place=place,
        body=body,
        pose_wxyz=pose,
        rest_joints=frame.rest_joints[row],
        betas=frame.betas[row],
        expression=frame.expression[row],
        visibility=np.clip(frame.joint_visibility[row], 0, 1),
        appearance=_known_appearance(frame.appearance[row].astype(float)),
        engine_id=int(frame.engine_ids[row]),
    )


def _known_appearance(appearance: Array) -> Array | None:
    """None for no vector, a broken one, and one that is the same in every dimension."""
    if not appearance.size or not np.isfinite(appearance).all() or np.ptp(appearance) < 1e-6:
        return None
    return appearance
