"""A folder of images as a recording, in the order people read the names."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .playback import TimedImage
from .source import CaptureError

_LOG = logging.getLogger(__name__)
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


class ImageFolder:
    """The images of one folder at `fps`, as a Recording.

    Raises:
        CaptureError: no such folder, unreadable, or without images.
    """

    ending = "end of folder"

    def __init__(self, folder: Path, fps: float = 30.0) -> None:
        self.name, self.fps = f"{folder.name}/", fps
        try:
            found = [path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES]
        except OSError as error:
            raise CaptureError(f"{folder}: {error.strerror}. Check the path.") from None
        self._paths = sorted(found, key=natural_order)
        self.frame_count = len(self._paths)
        if not any(read_bgr(path) is not None for path in self._paths[:1]):
            raise CaptureError(
                f"{folder}: {self.frame_count} images, and the first cannot be read. "
                "JPEG, PNG, BMP, WebP and TIFF work."
                if self._paths
                else f"{folder}: no images in it. JPEG, PNG, BMP, WebP and TIFF work."
            )

    def images(self) -> Iterator[TimedImage]:
        for index, path in enumerate(self._paths):
            bgr = read_bgr(path)
            if bgr is None:
                _LOG.warning("%s: not a readable image, left out", path)
                continue
            yield TimedImage(round(index * 1e9 / self.fps), bgr)


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Sort key that puts `image2` before `image10`."""
    parts = re.split(r"(\d+)", path.name.lower())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def read_bgr(path: Path) -> NDArray[np.uint8] | None:
    """(H, W, 3) upright by its EXIF tag, or None; any path, also on Windows."""
    try:
        encoded = np.fromfile(path, np.uint8)
    except OSError:
        return None
    if not encoded.size:
        return None
    bgr = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    return None if bgr is None else np.asarray(bgr, np.uint8)
