"""Weights of our own that are installed know what people look like."""

import numpy as np
import pytest

from inference.lifting.registry import make_lifter
from inference.lifting.train.figures import Figures
from inference.lifting.train.motion import BODY
from inference.models.store import installed
from livemocap.lifter import H36M17, Sight
from livemocap.rotation import matrix_from_rotvec

K = np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]])
LIMBS = [
    H36M17.index(f"{side}_{joint}") for side in ("left", "right")
    for joint in ("knee", "ankle", "elbow", "wrist")
]  # fmt: skip

pytestmark = pytest.mark.skipif(not installed("own"), reason="no lifter of our own is installed")


def standing(yaw_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """(17, 2) px and (17, 3) m in the camera's axes of somebody with hanging arms."""
    figure = Figures(np.random.default_rng(0), 1, 0.0)
    local = np.zeros((22, 4, 1, 1), np.float32)
    local[:, 0] = 1
    for name, sign in (("left_shoulder", -1), ("right_shoulder", 1)):
        local[BODY.index(name)][:, 0, 0] = [np.cos(0.65), 0, 0, sign * np.sin(0.65)]
    body = figure.posed(local, np.zeros((3, 1, 1), np.float32))
    R = np.diag([1, -1, -1]) @ matrix_from_rotvec([0, np.radians(yaw_deg), 0])
    keypoints = figure.keypoints(*body, np.zeros((17, 3, 1, 1)))[..., 0, 0] @ R.T + [0.5, 0, 4]
    seen = keypoints @ K.T
    return seen[:, :2] / seen[:, 2:], figure.h36m(*body)[..., 0, 0] @ R.T


@pytest.mark.parametrize("yaw_deg", [0, 45, 90, 135, 180, 225, 270, 315])
def test_somebody_who_stands_is_lifted_standing_and_turned_as_they_are(yaw_deg: float) -> None:
    px, true = standing(yaw_deg)
    keypoints = np.concatenate([px, np.ones((17, 1))], -1)[None]
    lifter, keys = make_lifter("own"), np.array([1])
    results = [
        lifter.push(Sight(t_s=i / 30, keys=keys, keypoints_px=keypoints, K=K, size_px=(1280, 720)))
        for i in range(45)
    ]
    found = results[-1][0].joints[0]
    assert _apart_deg(_limbs(found), _limbs(true)).mean() < 20
    across = [
        points[H36M17.index("left_shoulder")] - points[H36M17.index("right_shoulder")]
        for points in (found, true)
    ]
    assert _apart_deg(*across) < 40


def _limbs(points: np.ndarray) -> np.ndarray:
    return points[LIMBS] - points[np.array(H36M17.parents)[LIMBS]]


def _apart_deg(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
