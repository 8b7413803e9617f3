"""Fitted poses as the People an engine answers with."""

from __future__ import annotations

from typing import Any

import numpy as np

from livemocap.messages import Float32
from livemocap.skeleton import BLAZEPOSE33, SMPLX

from ..engine import People
from .observation import Array, PersonLandmarks, Side

_HAND_UNSEEN = 0.2
"""Fingers of a hand that only the body net saw are a relaxed guess."""


def people_of(
    people: list[PersonLandmarks],
    joint_rotvecs: Array,
    pelvis: Array,
    rest_joints: Array,
    betas: Array,
    expression: Array,
    visibility: Array,
    K: Array,
) -> People:
    """One answer of an image; `visibility` (P, 33) of the landmarks, 0 outside the image."""
    points = np.stack([p.points_px for p in people])
    seen = np.stack([p.visibility for p in people])
    return People(
        scores=_float([p.score for p in people]),
        boxes_px=_float([p.box_px for p in people]),
        joint_rotvecs=_float(joint_rotvecs),
        pelvis=_float(pelvis),
        rest_joints=_float(rest_joints),
        betas=_float(betas),
        expression=_float(expression),
        joint_visibility=_joint_visibility(people, visibility),
        keypoints_px=_float(np.concatenate([points, seen[..., None]], -1)),
        appearance=_float([p.appearance for p in people]),
        engine_ids=np.array([p.engine_id for p in people], np.int64),
        K=_float(K),
    )


def nobody(beta_count: int, expression_count: int, K: Array) -> People:
    """The answer for an image without people."""
    joints = len(SMPLX.names)
    empty = {
        "scores": (0,),
        "boxes_px": (0, 4),
        "joint_rotvecs": (0, joints, 3),
        "pelvis": (0, 3),
        "rest_joints": (0, joints, 3),
        "betas": (0, beta_count),
        "expression": (0, expression_count),
        "joint_visibility": (0, joints),
        "keypoints_px": (0, len(BLAZEPOSE33), 3),
        "appearance": (0, 0),
    }
    arrays: dict[str, Any] = {name: np.zeros(shape, np.float32) for name, shape in empty.items()}
    return People(**arrays, engine_ids=np.zeros(0, np.int64), K=_float(K))


def _joint_visibility(people: list[PersonLandmarks], visibility: Array) -> Float32:
    """(P, 55): each joint as visible as the landmarks it was found by."""
    joints = visibility @ _LANDMARKS_OF_JOINTS.T
    for row, person in enumerate(people):
        for side, fingers in _FINGERS.items():
            hand = person.hands.get(side)
            joints[row, fingers] *= _HAND_UNSEEN if hand is None else hand.score
    return _float(np.clip(joints, 0, 1))


def _landmarks_of(joint: str) -> list[str]:
    """The landmarks that tell where a joint is and how it turns."""
    side, _, part = joint.partition("_")
    if part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"):
        return [joint]
    if part == "foot":
        return [f"{side}_foot_index"]
    if part == "collar":
        return [f"{side}_shoulder"]
    if joint in ("neck", "head", "jaw", "left_eye", "right_eye"):
        return ["nose", "left_ear", "right_ear"]
    if side in ("left", "right"):
        return [f"{side}_wrist"]
    hips, shoulders = ["left_hip", "right_hip"], ["left_shoulder", "right_shoulder"]
    return hips if joint == "pelvis" else hips + shoulders


def _mean_matrix() -> Array:
    """(55, 33) from landmarks to joints."""
    matrix = np.zeros((len(SMPLX.names), len(BLAZEPOSE33)))
    for j, joint in enumerate(SMPLX.names):
        names = _landmarks_of(joint)
        matrix[j, [BLAZEPOSE33.index(name) for name in names]] = 1 / len(names)
    return matrix


def _float(values: object) -> Float32:
    return np.asarray(values, np.float32)


_LANDMARKS_OF_JOINTS = _mean_matrix()
_FINGERS: dict[Side, slice] = {"left": slice(25, 40), "right": slice(40, 55)}
