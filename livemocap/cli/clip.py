"""A finite source, opened here as capture opens it, to know its length and to draw on it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from capture.config import CameraConfig
from capture.sources import open_recording
from capture.upright import Uprighter, UprightImage
from livemocap.config import Table, load
from livemocap.rotation import Array


class Clip:
    """A video file or a folder of images, turned as the camera's settings say.

    Args:
        camera: keys of `[[camera]]`: `rotate`, `mirror`, `fps`, `intrinsics` ...

    Raises:
        CaptureError: missing, empty, or nothing in it can be decoded.
        ConfigError: a key that no camera has.
    """

    def __init__(self, path: Path, camera: Table) -> None:
        self._config = load(CameraConfig, {**camera, "source": str(path)}, "camera")
        self._recording = open_recording(self._config)
        self.fps, self.frame_count = self._recording.fps, self._recording.frame_count
        if self._config.frames:
            self.frame_count = min(self._config.frames, self.frame_count or self._config.frames)

    def images(self) -> Iterator[tuple[int, Array]]:
        """(presentation time in ns, BGR image as inference saw it) from the start."""
        for t_ns, upright in self.uprights():
            yield t_ns, upright.bgr

    def uprights(self) -> Iterator[tuple[int, UprightImage]]:
        """The same with what is known of the lens."""
        upright = Uprighter(self._config)
        for t_ns, bgr in islice(self._recording.images(), self._config.frames or None):
            yield t_ns, upright.apply(bgr)

    @property
    def ending(self) -> str:
        """Why the last pass over the images ended."""
        return self._recording.ending
