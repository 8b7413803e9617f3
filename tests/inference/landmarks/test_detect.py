from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from figures import standing

from inference.landmarks.crop import Pyramid
from inference.landmarks.detect import Detector


class FakeNet:
    """Answers people at places of the image it is given, as MoveNet writes them."""

    def __init__(self, people: Sequence[tuple[np.ndarray, float]], image: tuple[int, int]) -> None:
        self.people, self.image = people, image
        self.asked: np.ndarray | None = None

    def __call__(self, padded: np.ndarray) -> list[np.ndarray]:
        self.asked = padded
        inner = 1 / max(self.image) * max(padded.shape[1:3])
        rows = np.zeros((1, 6, 56), np.float32)
        for row, (keypoints, score) in zip(rows[0], self.people, strict=False):
            part = keypoints[:, [1, 0, 2]].copy()
            part[:, :2] *= inner / np.array(padded.shape[1:3])
            row[:51] = part.ravel()
            row[51:55] = [*part[:, :2].min(0), *part[:, :2].max(0)]
            row[55] = score
        return [rows]


def test_people_come_back_where_they_are_in_the_image_surest_first() -> None:
    left, right = standing(300, 400), standing(900, 500)
    net = FakeNet([(left, 0.3), (right, 0.7)], (1280, 720))
    found = Detector(net, 384).detect(Pyramid(np.zeros((720, 1280, 3), np.uint8)))
    assert [round(d.score, 3) for d in found] == [0.7, 0.3]
    np.testing.assert_allclose(found[0].keypoints, right, atol=1e-3)
    np.testing.assert_allclose(found[1].box_px, [280, 307, 320, 490], atol=1e-3)


def test_the_net_sees_rgb_in_multiples_of_32_with_black_below() -> None:
    net = FakeNet([], (1280, 700))
    red = np.zeros((700, 1280, 3), np.uint8)
    red[:, :, 2] = 255
    Detector(net, 384).detect(Pyramid(red))
    assert net.asked is not None
    assert (net.asked.shape, net.asked.dtype) == ((1, 224, 384, 3), np.int32)
    assert net.asked[0, :210].reshape(-1, 3).tolist() == [[255, 0, 0]] * (210 * 384)
    assert net.asked[0, 210:].max() == 0


def test_one_person_found_twice_is_found_once() -> None:
    net = FakeNet([(standing(300, 400), 0.5), (standing(305, 402), 0.6)], (640, 640))
    found = Detector(net, 384).detect(Pyramid(np.zeros((640, 640, 3), np.uint8)))
    assert [round(d.score, 2) for d in found] == [0.6]


def test_the_unsure_are_left_out() -> None:
    net = FakeNet([(standing(300, 400), 0.19)], (640, 640))
    assert Detector(net, 256).detect(Pyramid(np.zeros((640, 640, 3), np.uint8))) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 12000), (5000, 2)], ids=str)
def test_images_of_any_shape_are_looked_at(size: tuple[int, int]) -> None:
    net = FakeNet([], (size[1], size[0]))
    Detector(net, 384).detect(Pyramid(np.zeros((*size, 3), np.uint8)))
    assert net.asked is not None
    assert all(side % 32 == 0 and side > 0 for side in net.asked.shape[1:3])
