"""What a camera is to the rest of capture: something that is read, and may fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class CaptureError(RuntimeError):
    """A camera or file that cannot be used; the message says what to do."""


class CameraTimeout(CaptureError):  # noqa: N818 - a wait that ended, not yet a fault
    """No image came in time; the camera may still recover."""


class CameraLostError(CaptureError):
    """The camera is gone; a new source has to be opened."""


class EndOfSourceError(CaptureError):
    """A finite source is through; the message says why, usually `end of file`."""


@dataclass(frozen=True, slots=True)
class CameraImage:
    """One image as the camera gave it."""

    bgr: NDArray[np.uint8]
    """(H, W, 3)"""
    index: int
    """Counts the source's images from 0; a jump is an image that was dropped."""
    t_capture_ns: int
    """Monotonic clock right after the grab; the presentation time of a file read in full."""
    t_grab_ns: int
    """Monotonic clock right after the grab."""


class CameraSource(Protocol):
    """Where images come from: a webcam, a stream, a video file, a test."""

    @property
    def name(self) -> str:
        """For people: `camera 0`, `clip.mp4`."""
        ...

    @property
    def frame_count(self) -> int:
        """How many images there will be, 0 when nobody knows."""
        ...

    def read(self, timeout_s: float) -> CameraImage:
        """Wait for the next image, stamped before it is decoded.

        Raises:
            CameraTimeout: none came in time.
            CameraLostError: the camera went away.
            EndOfSourceError: there are no more.
        """
        ...

    def close(self) -> None: ...
