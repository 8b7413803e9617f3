"""Cameras by OpenCV: a real stream over loopback, and cameras that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from clips import NetworkCamera

from capture.opencv import OpencvSource, is_address, webcam_index
from capture.source import CameraLostError, CameraTimeout


@pytest.fixture
def camera() -> Iterator[NetworkCamera]:
    camera = NetworkCamera()
    yield camera
    camera.switch_off()


def read_until_error(source: OpencvSource, timeout_s: float) -> None:
    while True:
        source.read(timeout_s)


def test_a_stream_gives_images_stamped_in_order(camera: NetworkCamera) -> None:
    with closing(OpencvSource(camera.address)) as source:
        images = [source.read(10.0) for _ in range(5)]
    stamps = [image.t_grab_ns for image in images]
    assert stamps == sorted(set(stamps))
    assert images[0].bgr.shape == (120, 160, 3)


def test_a_slow_reader_gets_the_newest_image_and_sees_the_jump(camera: NetworkCamera) -> None:
    with closing(OpencvSource(camera.address)) as source:
        first = source.read(10.0)
        for _ in range(3):
            last = source.read(10.0)
            source._stop.wait(0.2)
        assert last.index > first.index + 10


def test_a_silent_camera_is_a_timeout_and_recovers(camera: NetworkCamera) -> None:
    with closing(OpencvSource(camera.address)) as source:
        source.read(10.0)
        camera.silent = True
        with pytest.raises(CameraTimeout, match="no image"):
            read_until_error(source, 0.3)
        camera.silent = False
        source.read(10.0)


def test_a_camera_switched_off_is_lost() -> None:
    camera = NetworkCamera()
    with closing(OpencvSource(camera.address)) as source:
        source.read(10.0)
        camera.switch_off()
        with pytest.raises(CameraLostError, match="sends no more images"):
            read_until_error(source, 10.0)


def test_a_webcam_that_does_not_exist_is_lost_at_once() -> None:
    with (
        closing(OpencvSource("63")) as source,
        pytest.raises(CameraLostError, match=r"camera 63 (does not exist|cannot be opened)"),
    ):
        source.read(10.0)


def test_an_address_where_nobody_is_is_lost() -> None:
    camera = NetworkCamera()
    camera.switch_off()
    with (
        closing(OpencvSource(camera.address)) as source,
        pytest.raises(CameraLostError, match="no stream there"),
    ):
        source.read(10.0)


@pytest.mark.parametrize(
    ("source", "index", "address"),
    [
        ("0", 0, False),
        ("/dev/video12", 12, False),
        ("rtsp://host/stream", None, True),
        ("http://host:8080/x.mjpg", None, True),
        ("clip.mp4", None, False),
        ("0.mp4", None, False),
    ],
)
def test_sources_are_told_apart(source: str, index: int | None, address: bool) -> None:
    assert (webcam_index(source), is_address(source)) == (index, address)
