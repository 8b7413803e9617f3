"""The list of cameras, with webcams that are not there."""

from __future__ import annotations

import cv2
import pytest

from capture import discovery
from capture.opencv import CameraMode


class FakeWebcam:
    """A webcam with two sizes that answers any wish with the nearest it has."""

    def __init__(self, index: str, mode: CameraMode) -> None:
        self._opens = index == "2"
        large = mode.width >= 1280
        self._answers = {
            cv2.CAP_PROP_FRAME_WIDTH: 1280.0 if large else 640.0,
            cv2.CAP_PROP_FRAME_HEIGHT: 720.0 if large else 480.0,
            cv2.CAP_PROP_FPS: 30.0,
        }

    def isOpened(self) -> bool:
        return self._opens

    def get(self, key: int) -> float:
        return self._answers[key]

    def release(self) -> None:
        pass


def test_each_size_a_camera_gives_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "open_capture", FakeWebcam)
    monkeypatch.setattr(discovery, "_candidates", lambda: [(2, "Desk camera"), (3, "Busy one")])
    assert discovery.describe_cameras() == [
        "2  Desk camera  640x480@30 1280x720@30",
        "3  Busy one  gives no images (in use, or not a camera)",
    ]


def test_no_cameras_is_an_answer_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_candidates", list)
    assert "--camera synthetic" in discovery.describe_cameras()[0]
