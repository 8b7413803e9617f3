"""Keypoints and 3D people as they are drawn, read back from the pixels."""

from __future__ import annotations

import numpy as np

from inference.body_model import default_body
from livemocap.cli.preview.figures import Onlooker, draw_figures
from livemocap.cli.preview.keypoints import draw_keypoints
from livemocap.cli.preview.palette import PANEL, track_color
from livemocap.h36m_points import h36m_at_rest
from livemocap.rotation import Array
from livemocap.skeleton import COCO17

REST = default_body().rest_joints(np.zeros(10)).astype(float)
STANDING = h36m_at_rest(REST) + np.array([0, 1.37, 0])
ASIDE = np.array([1.0, 0, 0])


def near(image: Array, color: tuple[int, int, int]) -> Array:
    """(N, 2) x and y of the pixels of about that colour."""
    return np.argwhere(np.abs(image.astype(int) - color).max(-1) <= 25)[:, ::-1]


def test_keypoints_are_drawn_where_they_are_and_unsure_ones_are_not() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    points = np.zeros((1, 17, 3))
    left, right = COCO17.index("left_shoulder"), COCO17.index("right_shoulder")
    points[0, left], points[0, right] = [120, 80, 0.9], [60, 80, 0.9]
    points[0, COCO17.index("left_hip")] = [110, 190, 0.1]
    draw_keypoints(image, np.array([3]), points, 2.0)
    assert image[160, 240].min() > 200
    assert image[160, 180].max() > 100
    assert not image[180:].any()


def test_people_who_stand_apart_are_drawn_apart_each_in_their_colour() -> None:
    joints = np.stack([STANDING - ASIDE, STANDING + ASIDE])
    picture = draw_figures((300, 200), Onlooker.of(joints), np.array([1, 2]), joints)
    first, second = (near(picture, track_color(who)) for who in (1, 2))
    assert len(first) > 20
    assert len(second) > 20
    assert second[:, 0].mean() - first[:, 0].mean() > 50
    assert picture.shape == (200, 300, 3)


def test_heads_are_above_feet_for_cameras_that_look_anywhere() -> None:
    for ahead in ([0, 0, -1.0], [1.0, -0.3, 0.2], [0, -1.0, 0]):
        onlooker = Onlooker.of(STANDING, ahead=np.array(ahead))
        np.testing.assert_allclose(onlooker.R @ onlooker.R.T, np.eye(3), atol=1e-12)
        down = (STANDING @ onlooker.R.T)[:, 1]
        assert down[10] < down[0] < down[3]


def test_who_is_not_known_is_not_drawn() -> None:
    joints = np.full((2, 17, 3), np.nan)
    picture = draw_figures((80, 60), Onlooker.of(joints), np.array([1, 2]), joints)
    assert not len(near(picture, track_color(1)))
    assert (picture == PANEL).all(-1).mean() > 0.5
