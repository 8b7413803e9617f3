"""Known, derived and assumed cameras; what turning an image does to them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.config import CameraConfig
from capture.intrinsics import (
    Intrinsics,
    mirrored,
    read_intrinsics,
    rotated,
    uncalibrated,
    write_intrinsics,
)
from capture.source import CaptureError
from livemocap.coords import project

K = np.array([[800.0, 0, 300], [0, 820, 250], [0, 0, 1]])


def camera(**changes: object) -> Intrinsics:
    fields = {"width": 640, "height": 480, "K": K, "distortion": np.array([0.1, 0, 0, 0, 0])}
    return Intrinsics(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_camera_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    write_intrinsics(path, camera(error_px=0.25))
    found = read_intrinsics(path)
    np.testing.assert_array_equal(found.K, K)
    np.testing.assert_array_equal(found.distortion, [0.1, 0, 0, 0, 0])
    assert (found.width, found.height, found.error_px) == (640, 480, 0.25)
    assert [entry.name for entry in tmp_path.iterdir()] == ["camera.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "other"}',
        json.dumps({"format": "livemocap-camera-1", "width": 1, "height": 1, "K": [[1]]}),
        json.dumps({"format": "livemocap-camera-1", "width": 1, "height": 1, "K": [[0] * 3] * 3}),
    ],
)
def test_what_is_no_camera_file_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "camera.json"
    path.write_text(text)
    with pytest.raises(CaptureError, match="livemocap calibrate"):
        read_intrinsics(path)


def test_a_missing_camera_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="livemocap calibrate"):
        read_intrinsics(tmp_path / "none.json")


def test_half_the_size_is_half_the_focal_length() -> None:
    half = camera().scaled(320, 240)
    np.testing.assert_allclose(half.K, np.diag([0.5, 0.5, 1]) @ K)


def test_another_shape_is_refused() -> None:
    with pytest.raises(CaptureError, match="another shape"):
        camera().scaled(1280, 720)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_rotated_intrinsics_project_to_the_rotated_pixel(rotate: int) -> None:
    point = np.array([0.2, -0.3, 2.0])
    x, y = project(K, point)
    turn = np.radians(rotate)
    c, s = np.cos(turn), np.sin(turn)
    turned_point = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ point
    expected = {0: (x, y), 90: (479 - y, x), 180: (639 - x, 479 - y), 270: (y, 639 - x)}[rotate]
    np.testing.assert_allclose(project(rotated(K, 640, 480, rotate), turned_point), expected)


def test_mirrored_intrinsics_project_to_the_mirrored_pixel() -> None:
    x, y = project(K, [0.2, -0.3, 2.0])
    np.testing.assert_allclose(project(mirrored(K, 640), [-0.2, -0.3, 2.0]), (639 - x, y))


def test_what_is_known_best_is_used_first() -> None:
    def focal(**settings: float) -> tuple[float, str]:
        found, source = uncalibrated(CameraConfig(**settings), 1280, 720)  # type: ignore[arg-type]
        return round(found[0, 0], 1), source

    assert focal() == (1536.0, "assumed")
    assert focal(fov_deg=90) == (640.0, "fov")
    assert focal(fov_deg=90, focal_px=1000) == (1000.0, "fov")


def test_rotation_of_k_agrees_with_rotation_of_pixels() -> None:
    bgr = np.zeros((480, 640, 3), np.uint8)
    x, y = (round(float(v)) for v in project(K, [0.1, 0.05, 2.0]))
    bgr[y, x] = 255
    turned = cv2.rotate(bgr, cv2.ROTATE_90_CLOCKWISE)
    row, column = np.argwhere(turned[..., 0])[0]
    # a clockwise turn of the image takes the point (x, y) of the scene to (-y, x)
    expected = project(rotated(K, 640, 480, 90), [-0.05, 0.1, 2.0])
    np.testing.assert_allclose((column, row), expected, atol=0.6)
