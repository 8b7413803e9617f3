from __future__ import annotations

import numpy as np
import pytest

from inference.landmarks.face_pose import expressions, jaw_opening
from inference.landmarks.observation import FaceLandmarks


def face(lips_apart: float = 0.0, left_eye: float = 0.3, mouth: float = 0.55) -> FaceLandmarks:
    """A face of 100 px with the points that are looked at; the rest is zero."""
    points = np.zeros((468, 2))
    points[[10, 152]] = [[0, -60], [0, 60 + lips_apart]]
    points[[13, 14]] = [[0, 20], [0, 20 + lips_apart]]
    points[[33, 133, 362, 263]] = [[-40, -20], [-15, -20], [15, -20], [40, -20]]
    points[[159, 145]] = [[-27, -24], [-27, -16]]
    points[[386, 374]] = [[27, -20 - 12.5 * left_eye], [27, -20 + 12.5 * left_eye]]
    points[[61, 291]] = [[-40 * mouth, 30], [40 * mouth, 30]]
    return FaceLandmarks(points_px=points, depth_px=np.zeros(468), score=1.0)


def test_the_jaw_follows_the_lips() -> None:
    assert jaw_opening(face()) == 0
    assert jaw_opening(None) == 0
    assert 0 < jaw_opening(face(8)) < jaw_opening(face(16)) < jaw_opening(face(200)) == 0.5


def test_it_is_the_persons_left_eye_that_winks() -> None:
    found = expressions(face(left_eye=0.05))
    assert found["blink_left"] == 1
    assert found["blink_right"] == 0


def test_a_wide_mouth_smiles() -> None:
    assert expressions(face())["smile"] == 0
    assert expressions(face(mouth=0.8))["smile"] == 1


def test_size_and_place_of_the_face_do_not_matter() -> None:
    near = face(10, 0.15, 0.6)
    far = FaceLandmarks(
        points_px=near.points_px * 0.25 + 300, depth_px=near.depth_px * 0.25, score=1.0
    )
    assert expressions(far) == pytest.approx(expressions(near))
    assert jaw_opening(far) == pytest.approx(jaw_opening(near))
    assert expressions(None) == {}
