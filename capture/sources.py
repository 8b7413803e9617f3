"""From the `source` setting to an opened camera."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from .config import CameraConfig
from .opencv import CameraMode, OpencvSource, is_address, webcam_index
from .playback import Playback, Recording
from .source import CameraSource, CaptureError

_LOG = logging.getLogger(__name__)
_FOLDER_FPS = 30.0
_PATTERN_SIZE, _PATTERN_FPS = (1280, 720), 30.0


def open_source(config: CameraConfig, *, paced: bool = True) -> CameraSource:
    """Open what `config.source` names.

    Args:
        paced: play recordings at their own speed; without it, image by image as asked for.

    Raises:
        CaptureError: it is not there, empty or damaged; the message says what to do.
    """
    if is_live(config.source):
        return OpencvSource(config.source, CameraMode(config.width, config.height, config.fps))
    return Playback(open_recording(config), paced=paced, loop=config.loop)


def is_live(source: str) -> bool:
    """Whether it is a camera, which can neither be paced nor read without loss."""
    return webcam_index(source) is not None or is_address(source)


def open_recording(config: CameraConfig) -> Recording:
    """A file, folder or test pattern.

    Raises:
        CaptureError: see `open_source`.
    """
    pattern = re.fullmatch(r"synthetic(?::(\d+))?", config.source)
    if pattern:
        return _pattern(config, int(pattern[1] or 3))
    if config.width:
        _LOG.warning("%s: a recording keeps its own size, width and height do nothing", config.id)
    path = Path(config.source).expanduser()
    if path.is_dir():
        from .images import ImageFolder

        return ImageFolder(path, config.fps or _FOLDER_FPS)
    if not path.exists():
        raise CaptureError(
            f"{config.source}: no such file or folder. A source is a webcam index (0), "
            "/dev/video0, rtsp://..., a video file, a folder of images, or `synthetic`."
        )
    from .video import VideoFile

    if config.fps:
        _LOG.warning("%s: a video keeps its own times, fps does nothing", config.id)
    return VideoFile(path)


def _pattern(config: CameraConfig, people: int) -> Recording:
    from .synthetic import Synthetic

    width, height = (config.width, config.height) if config.width else _PATTERN_SIZE
    return Synthetic(width, height, config.fps or _PATTERN_FPS, people)
