from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from figures import body_at, standing

from inference.landmarks.body_landmarks import BodyLandmarks
from inference.landmarks.crop import Pyramid
from inference.landmarks.hands import HandNets, square_of_hand, without_twin
from inference.landmarks.observation import HandLandmarks, Side
from livemocap.skeleton import BLAZEPOSE33

IMAGE = Pyramid(np.zeros((400, 400, 3), np.uint8))


def body_with_hand(side: Side, wrist: tuple[float, float], length: float = 40.0) -> BodyLandmarks:
    """An arm that ends at `wrist`, the hand upwards."""
    points = np.zeros((33, 2))
    points[BLAZEPOSE33.index(f"{side}_wrist")] = wrist
    points[BLAZEPOSE33.index(f"{side}_pinky")] = np.add(wrist, [length / 4, -length])
    points[BLAZEPOSE33.index(f"{side}_index")] = np.add(wrist, [-length / 4, -length])
    return replace(body_at(standing(0, 0)), points_px=points)


class FakeHand:
    """A hand at a place of its crop; counts how often it and its framing are asked for."""

    def __init__(self, score: float = 0.9) -> None:
        self.score, self.read, self.framed = score, 0, 0

    def landmarks(self, crop: np.ndarray) -> list[np.ndarray]:
        self.read += 1
        points = np.zeros((21, 3), np.float32)
        points[:, 0], points[:, 1] = 112, np.linspace(160, 60, 21)
        points[1:3, 0], points[17:, 0] = 90, 134
        score, right = np.array([[self.score]]), np.array([[0.2]])
        return [points.reshape(1, -1), score, right, np.zeros((1, 63), np.float32)]

    def recrop(self, crop: np.ndarray) -> list[np.ndarray]:
        self.framed += 1
        return [np.array([[[[128.0, 128.0, 128.0, 220.0]]]], np.float32)]

    def nets(self) -> HandNets:
        return HandNets(self.landmarks, self.recrop)


def test_a_hand_is_framed_once_and_then_followed() -> None:
    fake, body = FakeHand(), body_with_hand("left", (200, 200))
    hand = None
    for _ in range(3):
        hand = fake.nets().look(IMAGE, body, "left", hand)
    assert hand is not None
    assert (fake.framed, fake.read) == (1, 3)
    assert hand.right_probability == pytest.approx(0.2)


def test_a_hand_that_left_its_arm_is_framed_anew() -> None:
    fake = FakeHand()
    hand = fake.nets().look(IMAGE, body_with_hand("left", (200, 200)), "left", None)
    fake.nets().look(IMAGE, body_with_hand("left", (20, 350)), "left", hand)
    assert fake.framed == 2


@pytest.mark.parametrize("hidden", ["far away", "invisible", "no hand"])
def test_what_is_no_readable_hand_is_none(hidden: str) -> None:
    fake = FakeHand(0.3 if hidden == "no hand" else 0.9)
    body = body_with_hand("right", (200, 200), 2.0 if hidden == "far away" else 40.0)
    if hidden == "invisible":
        body.visibility[:] = 0.1
    assert fake.nets().look(IMAGE, body, "right", None) is None
    assert fake.read == (hidden == "no hand")


def hand_at(x: float) -> HandLandmarks:
    points = np.stack([np.full(21, x), np.linspace(200, 150, 21)], 1)
    return HandLandmarks(
        points_px=points, world=np.zeros((21, 3)), score=0.9, right_probability=0.5, size_px=100.0
    )


@pytest.mark.parametrize(
    ("xs", "kept"), [((200, 203), ["left"]), ((200, 240), ["left", "right"])], ids=str
)
def test_one_hand_read_by_both_arms_goes_to_the_nearer(
    xs: Sequence[float], kept: Sequence[str]
) -> None:
    body = body_with_hand("left", (200, 200))
    body.points_px[BLAZEPOSE33.index("right_wrist")] = [300, 200]
    hands: dict[Side, HandLandmarks] = {"left": hand_at(xs[0]), "right": hand_at(xs[1])}
    assert sorted(without_twin(hands, body)) == kept


def test_the_next_square_stands_upright_along_the_hand() -> None:
    square = square_of_hand(hand_at(200).points_px)
    assert square.turn_rad == pytest.approx(0)
    assert square.center_px[0] == pytest.approx(200)
    assert 150 < square.center_px[1] < 200
