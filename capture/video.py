"""Video files by PyAV: every frame at its own presentation time, turned as the phone was held."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.sidedata.sidedata import SideData
from numpy.typing import NDArray

from .playback import TimedImage
from .source import CaptureError

_LOG = logging.getLogger(__name__)
_ANY_RATE = 25.0
"""For files that do not say how fast they are."""

Turn = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


class VideoFile:
    """The first video stream of a file, as a Recording.

    Raises:
        CaptureError: missing, empty, not a video, or without a frame that can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self.name, self.ending = path.name, "end of file"
        self.damaged = 0
        """Packets that could not be decoded and were left out."""
        self._path = path
        _require_content(path)
        with _open(path) as container:
            stream = _video_stream(container, path)
            self.fps = float(stream.average_rate or stream.guessed_rate or _ANY_RATE)
            self.frame_count = stream.frames or _estimated_count(container, self.fps)
        if next(self.images(), None) is None:
            raise CaptureError(
                f"{path}: no image in it can be decoded. Is the file complete? "
                f"Try `ffmpeg -i {path.name} fixed.mp4`."
            )

    def images(self) -> Iterator[TimedImage]:
        self.ending, self.damaged = "end of file", 0
        with _open(self._path) as container:
            stream = _video_stream(container, self._path)
            stream.thread_type = "AUTO"
            first: Fraction | None = None
            for count, frame in enumerate(self._frames(container, stream)):
                at = _presentation_s(frame, count, self.fps)
                first = at if first is None else first
                bgr = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                yield TimedImage(int((at - first) * 1_000_000_000), turn_of(frame)(bgr))
        if self.damaged:
            _LOG.warning("%s: %d damaged packets were left out", self.name, self.damaged)

    def _frames(self, container: InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
        """Decode what can be decoded; a damaged packet costs its own frames only."""
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError as error:
                self.ending = f"the file is damaged: {error.strerror}"
                return
            if packet is None:
                return
            try:
                yield from packet.decode()
            except FFmpegError:
                self.damaged += 1


def turn_of(frame: av.VideoFrame) -> Turn:
    """What turns the stored image upright, from the frame's display matrix."""
    quarter_turns, mirrored = _display(frame)

    def turn(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        upright = np.rot90(bgr[:, ::-1] if mirrored else bgr, quarter_turns)
        return np.ascontiguousarray(upright)

    return turn


def _display(frame: av.VideoFrame) -> tuple[int, bool]:
    """Counter-clockwise quarter turns, after a horizontal flip where the matrix mirrors."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(matrix, SideData):
        return 0, False
    a, b, _, c, d = np.frombuffer(bytes(matrix), "<i4")[:5].astype(float)
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return round(-np.degrees(np.arctan2(b, a)) / 90) % 4, mirrored


def _presentation_s(frame: av.VideoFrame, count: int, fps: float) -> Fraction:
    if frame.pts is None or frame.time_base is None:
        return Fraction(count) / Fraction(fps)
    return frame.pts * frame.time_base


def _estimated_count(container: InputContainer, fps: float) -> int:
    """From the duration, for containers that do not count their frames."""
    return round((container.duration or 0) / av.time_base * fps)


def _require_content(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise CaptureError(f"{path}: {error.strerror}. Check the path of the video.") from None
    if size == 0:
        raise CaptureError(f"{path}: the file is empty (0 bytes). Copy or record it again.")


def _open(path: Path) -> InputContainer:
    try:
        return av.open(str(path))
    except (FFmpegError, OSError) as error:
        raise CaptureError(
            f"{path}: not a video that can be read ({error.strerror}). Is the file complete? "
            "MP4, MOV, MKV, WebM and AVI work."
        ) from None


def _video_stream(container: InputContainer, path: Path) -> av.VideoStream:
    if not container.streams.video:
        raise CaptureError(f"{path}: no video stream in it, only sound or text.")
    return container.streams.video[0]
