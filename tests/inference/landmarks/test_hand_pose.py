from __future__ import annotations

import numpy as np
import pytest
from posed_people import average_rest

from inference.landmarks.hand_pose import FINGERS, SIDES, HandFitter, SeenHands
from livemocap.rotation import geodesic, matrix_from_rotvec
from livemocap.skeleton import SMPLX, global_rotations, joint_positions

_ORDER = ("thumb", "index", "middle", "ring", "pinky")
"""Fingers in the order of the hand net's points."""


def hand_points(side: str, fingers: np.ndarray, wrist: np.ndarray) -> np.ndarray:
    """(21, 3) m of a hand with 15 finger rotations and a global wrist rotation."""
    rest = average_rest()
    local = np.tile(np.eye(3), (55, 1, 1))
    first = 25 if side == "left" else 40
    local[first : first + 15] = matrix_from_rotvec(fingers)
    root = SMPLX.index(f"{side}_wrist")
    G = global_rotations(local, SMPLX)
    joints = joint_positions(G, rest, np.zeros(3), SMPLX)
    points = [joints[root]]
    for finger in _ORDER:
        a, b, c = (joints[SMPLX.index(f"{side}_{finger}{k}")] for k in (1, 2, 3))
        tip_bone = rest[SMPLX.index(f"{side}_{finger}3")] - rest[SMPLX.index(f"{side}_{finger}2")]
        points += [a, b, c, c + G[SMPLX.index(f"{side}_{finger}3")] @ tip_bone]
    return (np.array(points) - joints[root]) @ wrist.T


def as_seen(side: str, world: np.ndarray, right_probability: float) -> SeenHands:
    return SeenHands(
        np.array([0]),
        np.array([SIDES.index(side)]),
        world[None],
        np.zeros((1, 21, 2)),
        np.array([right_probability]),
    )


@pytest.fixture(scope="module")
def fitter() -> HandFitter:
    return HandFitter(average_rest())


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_palm_lifted_back_to_front_is_turned_over(
    fitter: HandFitter, side: str, mirrored: bool
) -> None:
    wrist = matrix_from_rotvec(np.array([0.2, 0.5, -0.3]))
    points = hand_points(side, np.zeros((15, 3)), wrist)
    seen = points * (1, 1, -1) if mirrored else points
    looks_right = (side == "right") != mirrored
    hands = as_seen(side, seen, 0.9 if looks_right else 0.1)
    forearm = (wrist @ matrix_from_rotvec(np.array([-0.3, 0.1, 0.1])))[None]
    palms = fitter.read(hands, forearm, np.eye(3)[None], [None])
    np.testing.assert_allclose(palms.points[0], points, atol=1e-9)
    assert np.degrees(geodesic(forearm[0] @ palms.relative[0], wrist)) < 2


def test_the_previous_image_decides_when_nothing_else_does(fitter: HandFitter) -> None:
    wrist = matrix_from_rotvec(np.array([0.2, 1.4, -0.3]))
    hands = as_seen("left", hand_points("left", np.zeros((15, 3)), wrist), 0.5)
    forearm, view = np.eye(3)[None], np.eye(3)[None]
    for twin in (hands.world, hands.world * (1, 1, -1)):
        kept = fitter.read(
            SeenHands(hands.person, hands.side, twin, hands.points_px, hands.right_probability),
            forearm,
            view,
            [wrist],
        )
        assert np.degrees(geodesic(kept.relative[0], wrist)) < 2


@pytest.mark.parametrize("side", SIDES)
def test_bent_fingers_come_back(fitter: HandFitter, side: str) -> None:
    sign = -1.0 if side == "left" else 1.0
    fingers = np.zeros((5, 3, 3))
    fingers[:4, :, 2] = sign * np.array([0.3, 0.9, 0.5])
    wrist = matrix_from_rotvec(np.array([-0.4, 0.2, 0.6]))
    hands = as_seen(side, hand_points(side, fingers.reshape(15, 3), wrist), 0.5)
    palms = fitter.read(hands, wrist[None], np.eye(3)[None], [np.eye(3)])
    found = fitter.fingers(hands, palms, wrist[None])[0].reshape(5, 3, 3)
    assert FINGERS[4] == "thumb"
    np.testing.assert_allclose(found[:4], fingers[:4], atol=0.12)
    assert np.abs(found[4]).max() < 0.05


def test_fingers_stay_possible_whatever_is_seen(fitter: HandFitter) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        hands = as_seen("right", rng.standard_normal((21, 3)), 0.5)
        palms = fitter.read(hands, np.eye(3)[None], np.eye(3)[None], [None])
        found = fitter.fingers(hands, palms, np.eye(3)[None])
        assert np.linalg.norm(found, axis=-1).max() < 2.0


def test_unseen_hands_are_relaxed_alike(fitter: HandFitter) -> None:
    left, right = matrix_from_rotvec(fitter.relaxed)
    mirror = np.diag([-1.0, 1, 1])
    np.testing.assert_allclose(mirror @ left @ mirror, right, atol=1e-9)
