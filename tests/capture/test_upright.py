"""Images and their intrinsics on the way out."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from clips import corner_colours, quarters

from capture.config import CameraConfig
from capture.intrinsics import Intrinsics, write_intrinsics
from capture.source import CaptureError
from capture.upright import Uprighter


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, "RGB-"),
        ({"rotate": 90}, "BR-G"),
        ({"rotate": 180}, "-BGR"),
        ({"rotate": 270}, "G-RB"),
        ({"mirror": True}, "GR-B"),
        ({"rotate": 90, "mirror": True}, "RBG-"),
    ],
    ids=str,
)
def test_rotate_is_clockwise_and_mirror_comes_after(settings: dict, shown: str) -> None:
    assert corner_colours(Uprighter(CameraConfig(**settings)).apply(quarters()).bgr) == shown


def test_assumed_intrinsics_belong_to_the_turned_image() -> None:
    upright = Uprighter(CameraConfig(rotate=90)).apply(np.zeros((720, 1280, 3), np.uint8))
    np.testing.assert_allclose(upright.K, [[1536, 0, 360], [0, 1536, 640], [0, 0, 1]])
    assert upright.intrinsics_source == "assumed"


def test_an_assumed_focal_length_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    uprighter = Uprighter(CameraConfig())
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            uprighter.apply(np.zeros((48, 64, 3), np.uint8))
    assert len([r for r in caplog.records if "focal length assumed" in r.getMessage()]) == 1


def test_a_new_size_gets_new_intrinsics() -> None:
    uprighter = Uprighter(CameraConfig())
    focals = [
        uprighter.apply(np.zeros((height, 100, 3), np.uint8)).K[0, 0] for height in (50, 200, 50)
    ]
    np.testing.assert_allclose(focals, [120, 240, 120])


def camera_file(folder: Path, distortion: list[float]) -> Path:
    K = np.array([[150.0, 0, 63.5], [0, 150, 31.5], [0, 0, 1]])
    path = folder / "camera.json"
    camera = Intrinsics(width=128, height=64, K=K, distortion=np.array(distortion))
    write_intrinsics(path, camera)
    return path


def test_a_calibrated_camera_is_used_at_any_scale(tmp_path: Path) -> None:
    config = CameraConfig(intrinsics=camera_file(tmp_path, [0.0] * 5))
    upright = Uprighter(config).apply(np.zeros((128, 256, 3), np.uint8))
    assert (upright.K[0, 0], upright.intrinsics_source) == (300.0, "file")


def test_a_calibration_of_another_shape_stops_the_start(tmp_path: Path) -> None:
    config = CameraConfig(intrinsics=camera_file(tmp_path, [0.0] * 5))
    with pytest.raises(CaptureError, match="another shape"):
        Uprighter(config).apply(np.zeros((100, 100, 3), np.uint8))


def test_another_shape_while_running_falls_back_to_an_assumption(tmp_path: Path) -> None:
    uprighter = Uprighter(CameraConfig(intrinsics=camera_file(tmp_path, [0.0] * 5)))
    assert uprighter.apply(quarters()).intrinsics_source == "file"
    assert uprighter.apply(np.zeros((100, 100, 3), np.uint8)).intrinsics_source == "assumed"
    assert uprighter.apply(quarters()).intrinsics_source == "file"


@pytest.mark.parametrize("undistort", [True, False])
def test_a_bent_line_is_straight_after_undistortion(tmp_path: Path, undistort: bool) -> None:
    path = camera_file(tmp_path, [-0.4, 0.1, 0, 0, 0])
    K = np.array([[600.0, 0, 254], [0, 600, 126], [0, 0, 1]])
    line = np.array([[x, -0.15, 1.0] for x in np.linspace(-0.35, 0.35, 300)])
    seen = cv2.projectPoints(line, np.zeros(3), np.zeros(3), K, np.array([-0.4, 0.1, 0, 0, 0]))[0]
    bgr = np.zeros((256, 512, 3), np.uint8)
    cv2.polylines(bgr, [np.round(seen).astype(np.int32)], False, (255, 255, 255), 1)
    shown = Uprighter(CameraConfig(intrinsics=path, undistort=undistort)).apply(bgr).bgr[..., 0]
    rows = [shown[:, column].astype(float).argmax() for column in range(80, 430)]
    assert (np.ptp(rows) <= 2) == undistort
