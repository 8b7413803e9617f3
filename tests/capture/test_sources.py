"""From the `source` setting to a camera."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from clips import counted_images, write_clip

from capture.config import CameraConfig
from capture.source import CaptureError
from capture.sources import is_live, open_source


def test_a_video_is_opened(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", counted_images(3))
    source = open_source(CameraConfig(source=str(path)), paced=False)
    assert (source.name, source.frame_count) == ("clip.mp4", 3)
    assert source.read(1.0).bgr.shape == (64, 128, 3)


def test_a_folder_is_opened_at_the_rate_asked_for(tmp_path: Path) -> None:
    for name in ("1.png", "2.png"):
        cv2.imwrite(str(tmp_path / name), np.zeros((4, 4, 3), np.uint8))
    source = open_source(CameraConfig(source=str(tmp_path), fps=5), paced=False)
    assert [source.read(1.0).t_capture_ns for _ in range(2)] == [0, 200_000_000]


def test_the_pattern_takes_size_rate_and_people() -> None:
    config = CameraConfig(source="synthetic:1", width=64, height=48, fps=10)
    source = open_source(config, paced=False)
    assert source.name == "synthetic:1"
    assert [source.read(1.0).t_capture_ns for _ in range(2)] == [0, 100_000_000]


def test_what_is_not_there_says_what_a_source_can_be() -> None:
    with pytest.raises(CaptureError, match="A source is a webcam index"):
        open_source(CameraConfig(source="synthetik"))


def test_cameras_are_live_and_recordings_are_not() -> None:
    assert [is_live(s) for s in ("0", "rtsp://a/b", "synthetic", "clip.mp4")] == [
        True,
        True,
        False,
        False,
    ]
