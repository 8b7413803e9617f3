"""Places from keypoints."""

from __future__ import annotations

import numpy as np
import pytest
from posed_points import REST, posed, some_poses

from inference.lifting.placing import COCO_POINTS, SMPLX_POINTS, pelvis_from_keypoints
from livemocap.coords import assumed_intrinsics, project

K = assumed_intrinsics(1280, 720)


def seen(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Joints about the pelvis, where the pelvis is, and keypoints of `count` people."""
    rng = np.random.default_rng(1)
    _, joints, _ = posed(some_poses(count))
    pelvis = rng.uniform([-2, -1, 3], [2, 1, 9], (count, 3))
    points = np.zeros((count, 17, 3))
    placed = joints[:, SMPLX_POINTS] + pelvis[:, None]
    points[:, COCO_POINTS, :2] = project(K, placed)
    points[:, COCO_POINTS, 2] = 0.9
    return joints, pelvis, points


def test_a_pose_is_put_where_its_keypoints_are() -> None:
    joints, pelvis, points = seen(50)
    assert REST.shape == (55, 3)
    np.testing.assert_allclose(pelvis_from_keypoints(joints, points, K), pelvis, atol=1e-6)


def test_one_wrong_keypoint_hardly_moves_anybody() -> None:
    joints, pelvis, points = seen(50)
    points[:, 9, :2] += 120
    off = np.linalg.norm(pelvis_from_keypoints(joints, points, K) - pelvis, axis=1)
    assert np.median(off / pelvis[:, 2]) < 0.01


@pytest.mark.parametrize("unknown", [0.0, np.nan])
def test_half_a_body_is_enough_and_three_points_are_not(unknown: float) -> None:
    joints, pelvis, points = seen(2)
    points[0, 11:] = unknown
    points[1, 8:] = unknown
    found = pelvis_from_keypoints(joints, points, K)
    np.testing.assert_allclose(found[0], pelvis[0], atol=1e-5)
    assert np.isnan(found[1]).all()
