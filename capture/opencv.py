"""Webcams and network cameras by OpenCV, read by a thread of their own.

Drivers and network streams queue images: who asks slowly gets old ones. The thread takes every
image as it comes, stamps it right after the grab and keeps the newest only. A driver that hangs
hangs that thread, not the process.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .source import CameraImage, CameraLostError, CameraTimeout

_OPEN_TIMEOUT_MS = 5000
_WIDE_PX = 640
"""Beyond this width USB webcams reach full rate with MJPG only."""


@dataclass(frozen=True, slots=True)
class CameraMode:
    """What to ask a webcam for; zeros leave the choice to it."""

    width: int = 0
    height: int = 0
    fps: float = 0.0


def webcam_index(source: str) -> int | None:
    """3 for `3` and `/dev/video3`, None for anything else."""
    match = re.fullmatch(r"(?:/dev/video)?(\d+)", source)
    return int(match[1]) if match else None


def is_address(source: str) -> bool:
    """Whether OpenCV is to open it as a network stream."""
    return re.match(r"(rtsps?|https?|rtmp|udp|tcp)://", source) is not None


class OpencvSource:
    """A webcam (by index) or a stream (by address) as a CameraSource. Opens in the background."""

    frame_count = 0

    def __init__(self, source: str, mode: CameraMode = CameraMode()) -> None:
        self._source, self._mode = source, mode
        self._index = webcam_index(source)
        self.name = source if self._index is None else f"camera {self._index}"
        self._news = threading.Condition()
        self._newest: CameraImage | None = None
        self._lost = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._grab_all, name="grab", daemon=True)
        self._thread.start()

    def read(self, timeout_s: float) -> CameraImage:
        with self._news:
            self._news.wait_for(lambda: self._newest or self._lost, timeout_s)
            if self._newest:
                image, self._newest = self._newest, None
                return image
            if self._lost:
                raise CameraLostError(self._lost)
        raise CameraTimeout(f"{self.name}: no image in {timeout_s:.1f} s")

    def close(self) -> None:
        """Stop the thread; one that hangs in the driver is left behind."""
        self._stop.set()
        self._thread.join(1.0)

    def _grab_all(self) -> None:
        try:
            quiet_opencv()
            capture = open_capture(self._source, self._mode)
            if capture.isOpened():
                self._grab_until_lost(capture)
                capture.release()
            else:
                self._report(self._cannot_open())
        except Exception as error:  # whatever a driver throws, the reader has to hear of it
            self._report(f"{self.name}: {error}")

    def _grab_until_lost(self, capture: cv2.VideoCapture) -> None:
        index = 0
        while not self._stop.is_set():
            if not capture.grab():
                self._report(f"{self.name}: it sends no more images (unplugged or switched off?)")
                return
            now = time.monotonic_ns()
            good, bgr = capture.retrieve()
            if good:
                self._keep(CameraImage(np.asarray(bgr, np.uint8), index, now, now))
            index += 1

    def _keep(self, image: CameraImage) -> None:
        with self._news:
            self._newest = image
            self._news.notify()

    def _report(self, lost: str) -> None:
        with self._news:
            self._lost = lost
            self._news.notify()

    def _cannot_open(self) -> str:
        if self._index is None:
            return f"{self.name}: no stream there. Check the address, and that the camera is on."
        if sys.platform == "linux" and not Path(f"/dev/video{self._index}").exists():
            return f"{self.name} does not exist. `livemocap cameras` lists what is there."
        return (
            f"{self.name} cannot be opened. Is another program using it? "
            "`livemocap cameras` lists what is there."
        )


def open_capture(source: str, mode: CameraMode) -> cv2.VideoCapture:
    """An OpenCV capture, opened or not."""
    index = webcam_index(source)
    if index is None:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_TIMEOUT_MS]
        limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, _OPEN_TIMEOUT_MS]
        return cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
    if sys.platform == "linux" and not Path(f"/dev/video{index}").exists():
        return cv2.VideoCapture()
    backend = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW}.get(sys.platform, cv2.CAP_ANY)
    capture = cv2.VideoCapture(index, backend)
    if capture.isOpened():
        _ask_for(capture, mode)
    return capture


def _ask_for(capture: cv2.VideoCapture, mode: CameraMode) -> None:
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    if mode.width > _WIDE_PX or mode.fps > 30:
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    if mode.width:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, mode.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, mode.height)
    if mode.fps:
        capture.set(cv2.CAP_PROP_FPS, mode.fps)


def quiet_opencv() -> None:
    """Failed attempts are ours to report, in one line; OpenCV and FFmpeg print ten."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
