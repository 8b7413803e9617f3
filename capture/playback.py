"""A recording played as a camera: at its own speed, or image by image without loss."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .source import CameraImage, CameraTimeout, EndOfSourceError

_LOG = logging.getLogger(__name__)
_HOPELESS_NS = 500_000_000
"""A player so late cannot keep up: it slows down instead of skipping ever more."""


class TimedImage(NamedTuple):
    """An image and when it is to be shown, counted from the recording's start."""

    t_ns: int
    bgr: NDArray[np.uint8]


class Recording(Protocol):
    """Images with times: a video file, a folder, a generator."""

    name: str
    fps: float
    frame_count: int
    """0 when nobody knows."""
    ending: str
    """Why the last pass over `images` ended."""

    def images(self) -> Iterator[TimedImage]:
        """All images from the start; each call is a new pass."""
        ...


class Playback:
    """A recording as a CameraSource.

    Args:
        paced: hand images out when they are due and skip those that come too late, as a camera
            does; without it every image comes as fast as it is asked for and `t_capture_ns` is
            its presentation time.
        loop: start over at the end, times and indices going on.
    """

    def __init__(self, recording: Recording, *, paced: bool, loop: bool = False) -> None:
        self._recording, self._paced, self._loop = recording, paced, loop
        self._interval_ns = int(1e9 / recording.fps)
        self._images = self._numbered()
        self._next: tuple[int, TimedImage] | None = None
        self._start_ns: int | None = None
        self._warned = False

    @property
    def name(self) -> str:
        return self._recording.name

    @property
    def frame_count(self) -> int:
        return 0 if self._loop else self._recording.frame_count

    def read(self, timeout_s: float) -> CameraImage:
        index, image = self._due_image(timeout_s) if self._paced else self._peek()
        self._next = None
        now = time.monotonic_ns()
        return CameraImage(image.bgr, index, now if self._paced else image.t_ns, now)

    def close(self) -> None:
        self._images.close()

    def _peek(self) -> tuple[int, TimedImage]:
        if self._next is None:
            self._next = next(self._images, None)
        if self._next is None:
            raise EndOfSourceError(self._recording.ending)
        return self._next

    def _due_image(self, timeout_s: float) -> tuple[int, TimedImage]:
        """Wait until the next image is due; skip one that was due an interval ago."""
        while True:
            index, image = self._peek()
            if self._start_ns is None:
                self._start_ns = time.monotonic_ns() - image.t_ns
            wait_ns = self._start_ns + image.t_ns - time.monotonic_ns()
            if wait_ns > timeout_s * 1e9:
                time.sleep(timeout_s)
                raise CameraTimeout(f"{self.name}: the next image is not due yet")
            if wait_ns > 0:
                time.sleep(wait_ns / 1e9)
            if wait_ns >= -self._interval_ns:
                return index, image
            if wait_ns < -_HOPELESS_NS:
                self._slow_down(-wait_ns)
                return index, image
            self._next = None

    def _slow_down(self, late_ns: int) -> None:
        assert self._start_ns is not None
        self._start_ns += late_ns
        if not self._warned:
            _LOG.warning("%s: this machine cannot read it in real time, playing slower", self.name)
            self._warned = True

    def _numbered(self) -> Generator[tuple[int, TimedImage], None, None]:
        index, offset_ns, t_ns = 0, 0, 0
        while True:
            for image in self._recording.images():
                t_ns = offset_ns + image.t_ns
                yield index, TimedImage(t_ns, image.bgr)
                index += 1
            if not self._loop or index == 0:
                return
            offset_ns = t_ns + self._interval_ns
