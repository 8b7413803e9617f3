"""One camera's PoseFrame in the terms of association."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemocap.messages import PoseFrame
from livemocap.rotation import Array
from livemocap.skeleton import BODY_JOINTS, SMPLX

from ..config import TrackingConfig
from .arrays import Rows
from .build import shape_noise, view_products, view_terms
from .motion import place_of
from .posture import postures

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
    """(P, 66) m, see posture.postures."""
    told: Array
    """(P, 3) what an engine tells of people: a pose (a box alone comes in the rest pose), a shape
    (betas that are not all zero), looks."""
    pose_wxyz: Array
    """(P, 55, 4): global rotations of the body's 22, parent-relative ones of the rest."""
    visibility: Array
    """(P, 55) 0..1."""
    shape: Array
    """(P, 165 + B): joints at rest in m, then betas."""
    expression: Array
    """(P, E)."""
    views: Array
    """(P, 3) see build.view_terms."""
    products: Array
    """(P, 9 + 3 B) see build.view_products."""
    shape_noise: Array
    """(P,) variance of each of the betas."""
    looks: Array
    """(P, D) unit norm, zeros for one that is not known."""
    engine_ids: Array
    """(P,) the engine's own idea of who is who, -1 for none."""

    @property
    def posed(self) -> Array:
        """(P,) see `told`."""
        return self.told[:, 0]

    @property
    def shaped(self) -> Array:
        """(P,) see `told`."""
        return self.told[:, 1]

    @property
    def looked(self) -> Array:
        """(P,) see `told`."""
        return self.told[:, 2]

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
    pelvis, scores = frame.pelvis[rows].astype(float), frame.scores[rows].astype(float)
    places = place_of(pelvis)
    if len(rows) > 1:
        order = np.lexsort((-scores, places[:, 2], places[:, 1], places[:, 0]))
        rows, pelvis, scores, places = (x.take(order, 0) for x in (rows, pelvis, scores, places))
    rotvecs, rest = frame.joint_rotvecs.take(rows, 0), frame.rest_joints.take(rows, 0)
    betas = frame.betas.take(rows, 0)
    pose, body, front = postures(rotvecs, rest)
    looks, looked = _looks(frame, rows)
    told = np.empty((len(rows), 3), bool)
    told[:, 0] = rotvecs[:, 1:BODY_JOINTS].any((1, 2))
    told[:, 1] = betas.any(1)
    told[:, 2] = looked
    views = view_terms(front, pelvis)
    seen = Seen(
        rows=rows,
        scores=scores,
        boxes_px=frame.boxes_px.take(rows, 0).astype(float),
        places=places,
        noise=place_noise(places, scores, config),
        body=body,
        told=told,
        pose_wxyz=pose,
        visibility=np.minimum(np.maximum(frame.joint_visibility.take(rows, 0), 0), 1),
        shape=np.concatenate([rest.reshape(len(rows), 3 * JOINTS), betas], 1, dtype=float),
        expression=frame.expression.take(rows, 0),
        views=views,
        products=view_products(views, betas),
        shape_noise=shape_noise(scores),
        looks=looks,
        engine_ids=frame.engine_ids.take(rows, 0),
    )
    return seen, broken


def place_noise(places: Array, scores: Array, config: TrackingConfig) -> Array:
    """(P, 3) standard deviations of detected x/z, y/z, log z."""
    doubt = 1.0 + DOUBT * (1.0 - np.minimum(scores, 1.0))
    noise = np.empty((len(places), 3))
    noise[:, 0] = noise[:, 1] = doubt * config.lateral_noise_m * np.exp(-places[:, 2])
    noise[:, 2] = doubt * config.depth_noise
    return noise


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
    total = values.sum(1)  # finite if all of it is
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
