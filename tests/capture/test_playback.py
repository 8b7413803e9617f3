"""A recording as a camera."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from capture.playback import Playback, TimedImage
from capture.source import CameraTimeout, EndOfSourceError

MS = 1_000_000


class Counted:
    """A recording of images that hold their number, at given times."""

    name, fps, ending = "counted", 50.0, "end of test"

    def __init__(self, times_ms: list[int]) -> None:
        self._times_ms = times_ms
        self.frame_count = len(times_ms)

    def images(self) -> Iterator[TimedImage]:
        for number, at_ms in enumerate(self._times_ms):
            yield TimedImage(at_ms * MS, np.full((2, 2, 3), number, np.uint8))


def test_without_pacing_every_image_comes_with_its_own_time() -> None:
    playback = Playback(Counted([0, 20, 90, 100]), paced=False)
    images = [playback.read(1.0) for _ in range(4)]
    assert [image.t_capture_ns // MS for image in images] == [0, 20, 90, 100]
    assert [image.index for image in images] == [0, 1, 2, 3]
    with pytest.raises(EndOfSourceError, match="end of test"):
        playback.read(1.0)


def test_paced_images_do_not_come_before_they_are_due() -> None:
    playback = Playback(Counted([0, 20, 90]), paced=True)
    images = [playback.read(1.0) for _ in range(3)]
    since_first_ms = [(image.t_grab_ns - images[0].t_grab_ns) / MS for image in images]
    assert since_first_ms[1] >= 19
    assert since_first_ms[2] >= 89
    assert [image.t_capture_ns for image in images] == [image.t_grab_ns for image in images]


def test_a_paced_reader_that_comes_late_misses_images() -> None:
    playback = Playback(Counted([0, 20, 40, 60, 80, 100, 1000]), paced=True)
    playback.read(1.0)
    time.sleep(0.075)
    assert playback.read(1.0).index >= 3


def test_waiting_for_an_image_that_is_far_off_times_out_and_loses_nothing() -> None:
    playback = Playback(Counted([0, 100]), paced=True)
    playback.read(1.0)
    with pytest.raises(CameraTimeout):
        playback.read(0.01)
    assert playback.read(1.0).index == 1


def test_a_loop_goes_on_in_time_and_number() -> None:
    playback = Playback(Counted([0, 20]), paced=False, loop=True)
    images = [playback.read(1.0) for _ in range(5)]
    assert [image.index for image in images] == [0, 1, 2, 3, 4]
    assert [image.t_capture_ns // MS for image in images] == [0, 20, 40, 60, 80]
    assert [int(image.bgr[0, 0, 0]) for image in images] == [0, 1, 0, 1, 0]
    assert playback.frame_count == 0


def test_a_player_that_cannot_keep_up_slows_down_instead_of_skipping_everything() -> None:
    playback = Playback(Counted(list(range(0, 2000, 20))), paced=True)
    playback.read(1.0)
    time.sleep(0.7)
    assert playback.read(1.0).index == 1
