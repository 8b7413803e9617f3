from __future__ import annotations

import numpy as np
import pytest
from figures import detection, standing

from inference.landmarks.body_landmarks import BodyNet, square_of_detection
from inference.landmarks.crop import Pyramid, Square

IMAGE = Pyramid(np.zeros((200, 200, 3), np.uint8))


class FakeNet:
    """39 landmarks on a grid of the crop, and warm spots beside them."""

    def __init__(self, heat_at: np.ndarray | None = None, logit: float = 9.0) -> None:
        k = np.arange(39)
        self.places = np.stack([0.2 + 0.015 * k, 0.8 - 0.015 * k], 1)
        self.heat = np.full((1, 64, 64, 39), -9.0, np.float32)
        if heat_at is not None:
            for row, (x, y) in enumerate(heat_at):
                self.heat[0, y, x, row] = logit

    def __call__(self, crop: np.ndarray) -> list[np.ndarray]:
        self.crop = crop
        answer = np.zeros((39, 5), np.float32)
        answer[:, :2], answer[:, 3] = self.places * 256, 2.0
        world = np.tile(np.array([1.0, 0, 0.5], np.float32), (39, 1))
        return [answer.reshape(1, -1), np.array([[0.9]], np.float32), self.heat, world[None]]


def test_cold_landmarks_stay_where_the_net_put_them() -> None:
    net = FakeNet()
    body = BodyNet(net).look(IMAGE, Square(np.array([100.0, 100.0]), 100.0, 0.0))
    np.testing.assert_allclose(body.points_px, net.places[:33] * 100 + 50, atol=1e-4)
    assert body.confidence == pytest.approx(0.9)
    assert body.visibility[0] == pytest.approx(1 / (1 + np.exp(-2)))


def test_warm_landmarks_move_to_the_middle_of_the_heat() -> None:
    cells = np.add((FakeNet().places * 64).astype(int), [2, -1])
    body = BodyNet(FakeNet(cells)).look(IMAGE, Square(np.array([32.0, 32.0]), 64.0, 0.0))
    np.testing.assert_allclose(body.points_px, cells[:33], atol=0.05)


def test_heat_beyond_the_neighbourhood_is_somebody_elses() -> None:
    net = FakeNet(np.add((FakeNet().places * 64).astype(int), [4, 0]))
    body = BodyNet(net).look(IMAGE, Square(np.array([32.0, 32.0]), 64.0, 0.0))
    np.testing.assert_allclose(body.points_px, net.places[:33] * 64, atol=1e-4)


def test_what_lies_in_the_turned_crop_is_turned_back() -> None:
    body = BodyNet(FakeNet()).look(IMAGE, Square(np.zeros(2), 1.0, np.pi / 2))
    np.testing.assert_allclose(body.world[0], [0, 1, 0.5], atol=1e-6)


def test_people_in_front_are_painted_out_of_the_crop() -> None:
    net, white = FakeNet(), Pyramid(np.zeros((400, 400, 3), np.uint8))
    white.bgr[50:350, 150:250] = 255
    square = Square(np.array([200.0, 200.0]), 400.0, 0.0)
    BodyNet(net).look(white, square)
    before = net.crop[0, 120, 128].copy()
    BodyNet(net).look(white, square, [standing(200, 200)])
    assert before.tolist() == [1, 1, 1]
    assert 0.05 < net.crop[0, 120, 128].max() < 0.5
    assert net.crop[0, 5, 5].tolist() == [0, 0, 0]


def test_a_detection_is_framed_around_the_hips_with_room() -> None:
    square = square_of_detection(detection(standing(300, 400)))
    np.testing.assert_allclose(square.center_px, [300, 400])
    assert square.turn_rad == pytest.approx(0)
    assert 230 < square.side_px < 360
