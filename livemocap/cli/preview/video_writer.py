"""H.264 video that plays everywhere: yuv420p, even sizes, written by PyAV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import numpy as np

from livemocap.rotation import Array

_TIME_BASE = Fraction(1, 90_000)


class VideoWriter:
    """Writes BGR images with their presentation times.

    Args:
        path: an .mp4 that may be overwritten.
        fps: the usual rate, for players; each image still has its own time.
    """

    def __init__(self, path: Path, width: int, height: int, fps: float) -> None:
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
        rate = Fraction(fps).limit_denominator(1001) if fps > 0 else Fraction(30)
        stream: Any = self._container.add_stream("libx264", rate=rate)
        stream.width, stream.height = width // 2 * 2, height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "20", "preset": "veryfast", "threads": "2"}
        stream.codec_context.time_base = _TIME_BASE
        self._stream = stream
        self._last_pts = -1

    def write(self, bgr: Array, t_s: float) -> None:
        """Add an image shown from `t_s` on; times must rise."""
        height, width = self._stream.height, self._stream.width
        frame = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(bgr[:height, :width]), format="bgr24"
        )
        self._last_pts = max(self._last_pts + 1, round(t_s / float(_TIME_BASE)))
        frame.pts, frame.time_base = self._last_pts, _TIME_BASE
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
