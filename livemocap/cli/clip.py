"""A finite source, opened here as capture opens it, to know its length and to draw on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from livemocap.config import Table, load
from livemocap.rotation import Array


class Clip(Protocol):
    """A video file or a folder of images."""

    fps: float
    frame_count: int
    """0 when nobody knows."""

    def images(self) -> Iterator[tuple[int, Array]]:
        """(presentation time in ns, BGR image as inference saw it) from the start."""
        ...


def open_clip(path: Path, camera: Table) -> Clip:
    """The clip with the camera's `rotate`, `mirror` and `fps`.

    Raises:
        CaptureError: missing, empty or nothing that can be decoded.
    """
    from capture.config import CameraConfig
    from capture.sources import open_recording

    config = load(CameraConfig, {"source": str(path), **camera}, "camera")
    return _Turned(open_recording(config), config.rotate, config.mirror)


class _Turned:
    """A clip turned clockwise, then mirrored."""

    def __init__(self, clip: Clip, rotate: int, mirror: bool) -> None:
        self._clip, self._rotate, self._mirror = clip, rotate, mirror
        self.fps, self.frame_count = clip.fps, clip.frame_count

    def images(self) -> Iterator[tuple[int, Array]]:
        import numpy as np

        for t_ns, bgr in self._clip.images():
            turned = np.rot90(bgr, -self._rotate // 90)
            yield t_ns, np.ascontiguousarray(turned[:, ::-1] if self._mirror else turned)
