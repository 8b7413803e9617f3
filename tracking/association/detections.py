"""One camera's PoseFrame in the terms of association."""

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

from ..config import TrackingConfig
from .arrays import Rows
from .build import shape_noise, view_terms
from .motion import place_of

BODY = Skeleton(SMPLX.names[:BODY_JOINTS], SMPLX.parents[:BODY_JOINTS])
"""Without face and fingers."""

JOINTS = len(SMPLX.parents)

NEAREST_M = 0.1
"""A pelvis nearer than this, or behind the lens, is no person."""

DOUBT = 3.0
"""How much noisier a place is for each unit of score that is missing."""


@dataclass(slots=True)
class Seen(Rows):
    """P people of one image, in the camera frame."""

    rows: Array
    """(P,) of the PoseFrame."""
    scores: Array
    """(P,) 0..1."""
    boxes_px: Array
    """(P, 4) x0 y0 x1 y1."""
    places: Array
    """(P, 3) x/z, y/z, log z of the pelvis."""
    noise: Array
    """(P, 3) standard deviations of `places`."""
    body: Array
    """(P, 66) m, the 22 body joints from the pelvis."""
    posed: Array
    """(P,) whether any joint of the body is turned: a box alone comes in the rest pose."""
    pose_wxyz: Array
    """(P, 55, 4): global rotations of the body's 22, parent-relative ones of the rest."""
    visibility: Array
    """(P, 55) 0..1."""
    shape: Array
    """(P, 165 + B): joints at rest in m, then betas."""
    expression: Array
    """(P, E)."""
    shaped: Array
    """(P,) whether there are betas: an engine that leaves them at zero says nothing."""
    views: Array
    """(P, 3) see build.view_terms."""
    shape_noise: Array
    """(P,) variance of each of the betas."""
    looks: Array
    """(P, D) unit norm, zeros for one that is not known."""
    looked: Array
    """(P,) whether it is."""
    engine_ids: Array
    """(P,) the engine's own idea of who is who, -1 for none."""

    @property
    def betas(self) -> Array:
        """(P, B)."""
        return self.shape[:, 3 * JOINTS :]


def read_detections(frame: PoseFrame, config: TrackingConfig) -> tuple[Seen, int]:
    """Everybody in a frame who can be used, from left to right, and how many were broken.

    The order of the rows in the frame has no influence on the result.
    """
    usable, broken = _usable(frame)
    rows = (usable & (frame.scores >= config.detection_score)).nonzero()[0]
    pelvis = frame.pelvis[rows].astype(float)
    places = place_of(pelvis)
    scores = frame.scores[rows].astype(float)
    if len(rows) > 1:
        order = np.lexsort((-scores, places[:, 2], places[:, 1], places[:, 0]))
        rows, pelvis, places, scores = rows[order], pelvis[order], places[order], scores[order]
    pose, body, posed, front = _posture(frame, rows)
    people = len(rows)
    betas = frame.betas[rows]
    shaped = np.asarray(betas.any(1))
    looks, looked = _looks(frame, rows)
    seen = Seen(
        rows=rows,
        scores=scores,
        boxes_px=frame.boxes_px[rows].astype(float),
        places=places,
        noise=place_noise(places, scores, config),
        body=body,
        posed=posed,
        pose_wxyz=pose,
        visibility=np.minimum(np.maximum(frame.joint_visibility[rows], 0), 1),
        shape=np.concatenate(
            [frame.rest_joints[rows].reshape(people, 3 * JOINTS), betas], 1, dtype=float
        ),
        expression=frame.expression[rows],
        shaped=shaped,
        views=view_terms(front, pelvis) if shaped.any() else np.zeros((people, 3)),
        shape_noise=shape_noise(scores),
        looks=looks,
        looked=looked,
        engine_ids=frame.engine_ids[rows],
    )
    return seen, broken


def place_noise(places: Array, scores: Array, config: TrackingConfig) -> Array:
    """(P, 3) standard deviations of detected x/z, y/z, log z."""
    doubt = 1.0 + DOUBT * (1.0 - np.minimum(scores, 1.0))
    noise = np.empty((len(places), 3))
    noise[:, 0] = noise[:, 1] = doubt * config.lateral_noise_m * np.exp(-places[:, 2])
    noise[:, 2] = doubt * config.depth_noise
    return noise


def _posture(frame: PoseFrame, rows: Array) -> tuple[Array, Array, Array, Array]:
    """(P, 55, 4) pose, (P, 66) body, (P,) posed and the (P, 3) direction ahead, see Seen."""
    rotvecs = frame.joint_rotvecs[rows].astype(float)
    pose = quat_from_rotvec(rotvecs)
    world = global_rotations(matrix_from_quat(pose[:, :BODY_JOINTS]), BODY)
    body = joint_positions(world, frame.rest_joints[rows, :BODY_JOINTS], np.zeros(3), BODY)
    pose[:, :BODY_JOINTS] = quat_from_matrix(world)
    posed = np.asarray(rotvecs[:, 1:BODY_JOINTS].any((1, 2)))
    return pose, body.reshape(len(rows), 3 * BODY_JOINTS), posed, world[:, 0, :, 2]


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
    if not people:
        return np.zeros(0, bool), 0
    values = np.concatenate([field.reshape(people, -1) for field in fields], 1)
    total = values.sum(1, dtype=float)  # finite if all of it is
    usable = np.isfinite(total) & (frame.pelvis[:, 2] > NEAREST_M)
    return usable, people - int(usable.sum())


def _looks(frame: PoseFrame, rows: Array) -> tuple[Array, Array]:
    """(P, D) and (P,) whether each says anything: not missing, broken, or the same all over."""
    looks = frame.appearance[rows].astype(float)
    if not looks.shape[1]:
        return looks, np.zeros(len(rows), bool)
    spread = looks.max(1) - looks.min(1)  # NaN for broken ones
    looked = (spread > 1e-6) & (spread < np.inf)
    looks[~looked] = 0.0
    return looks, looked
