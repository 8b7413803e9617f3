"""Cuts and camera motion, from images with a known change."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.changes import ChangeDetector
from capture.synthetic import Synthetic

SIZE = (720, 1280)


def scene(seed: int, height: int = 1000, width: int = 2000) -> np.ndarray:
    """A random picture with large and small features, as real rooms have them."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for rows in (4, 8, 16, 32, 64):
        coarse = rng.uniform(-1, 1, (rows, 2 * rows, 3)).astype(np.float32)
        picture += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) / rows
    picture -= picture.min()
    return (picture * (255 / picture.max())).astype(np.uint8)


def view(picture: np.ndarray, x: int = 300, y: int = 100) -> np.ndarray:
    return picture[y : y + SIZE[0], x : x + SIZE[1]]


def test_the_first_image_and_still_images_change_nothing() -> None:
    detector, still = ChangeDetector(), view(scene(0))
    assert [detector.step(still) for _ in range(3)] == [(0.0, 0.0)] * 3


def test_another_scene_is_a_cut() -> None:
    detector = ChangeDetector()
    detector.step(view(scene(0)))
    detector.step(view(scene(0)))
    assert detector.step(view(scene(1))).cut > 0.9
    assert detector.step(view(scene(1))).cut == 0.0


def test_shots_of_two_images_are_all_found() -> None:
    detector = ChangeDetector()
    cuts = [detector.step(view(scene(shot))).cut > 0.5 for shot in (0, 0, 1, 1, 2, 2, 3, 3)]
    assert cuts == [False, False, True, False, True, False, True, False]


@pytest.mark.parametrize("step_px", [(2, 0), (0, 3), (12, -5), (60, 20)], ids=str)
def test_a_moving_camera_is_measured_and_is_no_cut(step_px: tuple[int, int]) -> None:
    detector, picture = ChangeDetector(), scene(2)
    for number in range(4):
        change = detector.step(view(picture, 300 + number * step_px[0], 100 + number * step_px[1]))
        assert change.cut < 0.1
    assert change.camera_motion_px == pytest.approx(np.hypot(*step_px), rel=0.1, abs=0.7)


def test_people_who_move_are_neither_cut_nor_camera_motion() -> None:
    detector, pattern = ChangeDetector(), Synthetic(1280, 720, 30, people=3)
    changes = [detector.step(pattern.draw(number / 30)) for number in range(20)]
    assert max(change.cut for change in changes) == 0.0
    assert max(change.camera_motion_px for change in changes) < 0.3


def test_a_lamp_switched_on_is_no_cut() -> None:
    detector, picture = ChangeDetector(), view(scene(3)).astype(float)
    detector.step((picture * 0.6).astype(np.uint8))
    assert detector.step((picture * 0.95).astype(np.uint8)).cut < 0.3


def test_another_shape_is_a_cut() -> None:
    detector = ChangeDetector()
    detector.step(np.zeros((480, 640, 3), np.uint8))
    assert detector.step(np.zeros((640, 480, 3), np.uint8)).cut == 1.0


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 500, 3), (33, 47, 3)], ids=str)
def test_images_of_any_size_are_judged(shape: tuple[int, int, int]) -> None:
    detector = ChangeDetector()
    for _ in range(2):
        assert detector.step(np.full(shape, 128, np.uint8)) == (0.0, 0.0)


def test_a_clip_of_the_product_has_no_cut() -> None:
    from capture.video import VideoFile

    sample = Path(__file__).parents[2] / "livemocap" / "sample" / "rendered_three_people.mp4"
    detector = ChangeDetector()
    cuts = [detector.step(image.bgr).cut for image in VideoFile(sample).images()]
    assert len(cuts) == 192
    assert max(cuts) == 0.0
