"""What the network detected as the People an engine answers with."""

from __future__ import annotations

import numpy as np
import torch

from livemocap.messages import Float32
from livemocap.rotation import (
    Array,
    matrix_from_rotvec,
    quat_from_rotvec,
    rotvec_from_matrix,
    rotvec_from_quat,
)
from livemocap.skeleton import BODY_JOINTS, SMPLX, global_rotations, joint_positions

from ..appearance import DIMENSIONS, appearance_of, no_appearance
from ..engine import EngineImage, People
from .camera import translation
from .config import BODY_POINTS
from .detected import Detected
from .predicted_body import PredictedBody
from .rotation import axis_angle_from_matrix
from .sight import Sight
from .visibility import Bodies, joint_visibility, point_visibility

_FINGERS = 30
_JAW = SMPLX.index("jaw")


def people_of(detected: Detected, image: EngineImage, body: PredictedBody) -> People:
    """Everybody in `detected`, in the image's own camera and pixels."""
    h, w = image.bgr.shape[:2]
    sight = Sight(detected.size, (h, w), image.K.astype(float))
    rotvecs = joint_rotvecs(detected.rotations, body)
    betas = body.coefficients(detected.betas)
    rest = body.rest_joints(betas)
    seen_pelvis = _translation(detected) + rest[:, 0]
    pelvis = sight.real(seen_pelvis)
    points = sight.pixels(detected.keypoints)
    visibility = joint_visibility(_bodies(sight, rotvecs, rest, seen_pelvis), points, (h, w))
    body_points = points[:, :BODY_POINTS]
    confidence = detected.scores[:, None] * point_visibility(visibility)
    return People(
        scores=_float(detected.scores),
        boxes_px=_float(_corners(sight.pixels(detected.boxes[:, 0].reshape(-1, 2, 2)))),
        joint_rotvecs=rotvecs,
        pelvis=_float(pelvis),
        rest_joints=rest,
        betas=betas,
        expression=body.coefficients(detected.expression),
        joint_visibility=_float(visibility),
        keypoints_px=_float(np.concatenate([body_points, confidence[..., None]], -1)),
        appearance=_appearance(image.bgr, body_points),
        engine_ids=np.full(len(rest), -1, np.int64),
        K=image.K,
        intrinsics_source=image.intrinsics_source,
    )


def joint_rotvecs(rotations: Float32, body: PredictedBody) -> Float32:
    """(P, 53, 3, 3) as the network orders them to (P, 55, 3) rad as PoseFrame does.

    Eyes are not predicted and look straight ahead.
    """
    found = np.zeros((len(rotations), len(SMPLX.names), 3))
    found[:, :BODY_JOINTS] = rotvec_from_matrix(rotations[:, :BODY_JOINTS])
    found[:, _JAW] = rotvec_from_matrix(rotations[:, -1])
    fingers = torch.from_numpy(rotations[:, BODY_JOINTS : BODY_JOINTS + _FINGERS])
    # the mean is added to the vectors the body model would be given, longer than pi or not
    flat = body.flat_hands(axis_angle_from_matrix(fingers).numpy())
    found[:, -_FINGERS:] = rotvec_from_quat(quat_from_rotvec(flat))
    return _float(found)


def _translation(detected: Detected) -> Array:
    """(P, 3) m in AiOS's camera."""
    return translation(torch.from_numpy(detected.camera).double()).numpy()


def _bodies(sight: Sight, rotvecs: Float32, rest: Float32, seen_pelvis: Array) -> Bodies:
    """Where the network thinks all joints are in the image, and how far away."""
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    joints = joint_positions(world, rest, np.zeros(3), SMPLX)
    depth = joints[..., 2] + seen_pelvis[:, None, 2] * sight.nearness
    pixels = sight.project(joints + seen_pelvis[:, None])
    return Bodies(pixels, depth, sight.px_m)


def _corners(boxes: Array) -> Array:
    """(P, 2, 2) middle and size to (P, 4) x0 y0 x1 y1."""
    middle, size = boxes[:, 0], boxes[:, 1]
    return np.concatenate([middle - size / 2, middle + size / 2], -1)


def _appearance(bgr: Array, points: Array) -> Float32:
    """(P, D)."""
    looks = [appearance_of(bgr, person) for person in points]
    known = [no_appearance() if look is None else look for look in looks]
    return _float(known).reshape(-1, DIMENSIONS)


def _float(values: object) -> Float32:
    return np.asarray(values, np.float32)
