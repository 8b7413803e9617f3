"""Which cameras this computer has, and what they give."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from .opencv import CameraMode, open_capture, quiet_opencv

_COMMON_SIZES = ((640, 480), (1280, 720), (1920, 1080), (3840, 2160))
_INDICES_TRIED = 6
"""Where the system keeps no list of cameras."""
_VIDEO_CLASS = Path("/sys/class/video4linux")


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """One webcam."""

    index: int
    name: str
    modes: tuple[str, ...]
    """`1280x720@30`; empty when it could not be opened."""


def find_cameras() -> list[FoundCamera]:
    """Every webcam, each opened for a moment."""
    quiet_opencv()
    found = (FoundCamera(index, name, tuple(_modes(index))) for index, name in _candidates())
    # a node without modes is another program's, or a camera's second node for metadata
    return [camera for camera in found if camera.modes or sys.platform == "linux"]


def describe_cameras() -> list[str]:
    """One line for each camera, or what to do when there are none."""
    cameras = find_cameras()
    if not cameras:
        return [
            "no cameras found. Plug one in, or use a file: "
            "`livemocap run --camera clip.mp4`, or `--camera synthetic` for a test pattern."
        ]
    return [
        f"{camera.index}  {camera.name}  "
        + (" ".join(camera.modes) or "gives no images (in use, or not a camera)")
        for camera in cameras
    ]


def _candidates() -> Iterator[tuple[int, str]]:
    if sys.platform != "linux":
        yield from ((index, f"camera {index}") for index in range(_INDICES_TRIED))
        return
    nodes = [path.name.removeprefix("video") for path in Path("/dev").glob("video*")]
    for index in sorted(int(node) for node in nodes if node.isdigit()):
        label = _VIDEO_CLASS / f"video{index}" / "name"
        yield index, label.read_text().strip() if label.exists() else f"camera {index}"


def _modes(index: int) -> Iterator[str]:
    """The common sizes that the camera really gives."""
    seen = set()
    for width, height in _COMMON_SIZES:
        capture = open_capture(str(index), CameraMode(width, height))
        if not capture.isOpened():
            return
        got = tuple(
            int(capture.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        fps = capture.get(cv2.CAP_PROP_FPS)
        capture.release()
        if got not in seen:
            seen.add(got)
            yield f"{got[0]}x{got[1]}@{fps:g}"
