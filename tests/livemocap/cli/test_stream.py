"""The live preview draws people on the image they were found in."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest
from motion import smooth_tracks

from livemocap.bus import IMAGE, TRACK, Publisher
from livemocap.cli.ports import free_network
from livemocap.cli.preview.stream import LivePictures, Picture
from livemocap.config import NetworkConfig, load
from livemocap.lifecycle import StopToken
from livemocap.messages import ImageFrame, TrackFrame

SIDE = 480
"""Of the square images: shown as they are."""


class Studio:
    """Publishers of one camera's images and tracks, and the preview that listens."""

    def __init__(self, stack: ExitStack) -> None:
        network = load(NetworkConfig, free_network(), "network")
        self._images = stack.enter_context(Publisher(network.image(0), lossless=False))
        self._tracks = stack.enter_context(Publisher(network.track()))
        self.pictures = stack.enter_context(LivePictures(network, 0, "cam0", None))
        self._images.wait_for_subscribers(1, 10)
        self._tracks.wait_for_subscribers(1, 10)

    def send_image(self, sequence: int) -> None:
        grey = np.full(SIDE * SIDE * 3, 10 * sequence, np.uint8)
        frame = ImageFrame(
            camera_id="cam0",
            sequence=sequence,
            t_capture_ns=sequence,
            t_grab_ns=sequence,
            width=SIDE,
            height=SIDE,
            encoding="bgr",
            pixels=grey,
            K=np.eye(3, dtype=np.float32),
            intrinsics_source="assumed",
        )
        self._images.send(f"{IMAGE}/cam0", frame)
        time.sleep(0.05)  # slower than the preview reads, as cameras are

    def send_track(self, sequence: int) -> None:
        frame: TrackFrame = dataclasses.replace(
            smooth_tracks(1)[0], sequence=sequence, width=SIDE, height=SIDE
        )
        self._tracks.send(TRACK, frame)

    def picture(self, timeout_s: float = 10.0) -> Picture:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            found = self.pictures.poll(0.05)
            if found:
                return found
        raise AssertionError("no picture came")


@pytest.fixture
def studio() -> Iterator[Studio]:
    with ExitStack() as stack:
        yield Studio(stack)


def shade(picture: Picture) -> int:
    """Which image lies under it."""
    return round(int(picture.bgr[SIDE // 2, 3, 0]) / 10)


def test_people_are_drawn_on_their_own_image_though_newer_ones_are_there(studio: Studio) -> None:
    studio.send_track(1)
    studio.picture()
    for sequence in range(1, 8):
        studio.send_image(sequence)
        studio.pictures.poll(0.0)
    studio.send_track(4)
    assert shade(studio.picture()) == 4


def test_without_images_people_are_drawn_all_the_same(studio: Studio) -> None:
    studio.send_track(3)
    picture = studio.picture()
    assert picture.bgr.shape[0] == SIDE
    assert len(np.unique(picture.bgr)) > 10


def test_images_are_shown_alone_while_nobody_is_tracked(studio: Studio) -> None:
    studio.send_image(5)
    assert shade(studio.picture()) == 5


def test_waiting_ends_when_told_to_stop(studio: Studio) -> None:
    stop = StopToken()
    stop.set("test")
    assert studio.pictures.wait(60, stop) is None
