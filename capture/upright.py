"""From the image a camera gives to the image that is sent: straightened, turned, mirrored."""

from __future__ import annotations

import logging
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livemocap.rotation import Array

from .config import CameraConfig
from .intrinsics import Intrinsics, mirrored, read_intrinsics, rotated, uncalibrated
from .source import CaptureError

_LOG = logging.getLogger(__name__)
_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_STRAIGHT = 1e-6
"""Distortion coefficients below this bend nothing."""


class UprightImage(NamedTuple):
    """An image ready to be sent."""

    bgr: NDArray[np.uint8]
    """(H, W, 3)"""
    K: Array
    """(3, 3) px, of this image."""
    intrinsics_source: str


class Straightener:
    """Removes a lens's distortion from images of one size; K stays as it is."""

    def __init__(self, camera: Intrinsics) -> None:
        self._maps = cv2.initUndistortRectifyMap(
            camera.K,
            camera.distortion,
            np.eye(3),
            camera.K,
            (camera.width, camera.height),
            cv2.CV_16SC2,
        )

    def apply(self, bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.remap(bgr, *self._maps, cv2.INTER_LINEAR), np.uint8)


class Uprighter:
    """Applies a camera's settings to its images, and follows when their size changes.

    Raises:
        CaptureError: the intrinsics file cannot be used.
    """

    def __init__(self, config: CameraConfig) -> None:
        self._config = config
        self._camera = read_intrinsics(config.intrinsics) if config.intrinsics else None
        self._size = (0, 0)
        self._K: Array = np.eye(3)
        self._source = ""
        self._straightener: Straightener | None = None

    def apply(self, bgr: NDArray[np.uint8]) -> UprightImage:
        """Turn one (H, W, 3) image.

        Raises:
            CaptureError: the first image has not the shape that was calibrated.
        """
        height, width = bgr.shape[:2]
        if (width, height) != self._size:
            self._prepare(width, height)
        if self._straightener:
            bgr = self._straightener.apply(bgr)
        if self._config.rotate:
            bgr = np.asarray(cv2.rotate(bgr, _TURNS[self._config.rotate]), np.uint8)
        if self._config.mirror:
            bgr = np.asarray(cv2.flip(bgr, 1), np.uint8)
        return UprightImage(bgr, self._K, self._source)

    def _prepare(self, width: int, height: int) -> None:
        first = self._size == (0, 0)
        self._size = width, height
        turned = (height, width) if self._config.rotate in (90, 270) else (width, height)
        try:
            camera = self._camera.scaled(width, height) if self._camera else None
        except CaptureError as error:
            if first:
                raise
            _LOG.warning("%s: %s", self._config.id, error)
            camera = None
        if camera:
            self._use(camera, turned[0])
        else:
            self._guess(*turned)

    def _guess(self, width: int, height: int) -> None:
        self._straightener = None
        self._K, self._source = uncalibrated(self._config, width, height)
        if self._source == "assumed":
            _LOG.info(
                "%s: focal length assumed (%.0f px, 1.2 x the long side), so depth is a guess; "
                "`livemocap calibrate` measures it",
                self._config.id,
                self._K[0, 0],
            )

    def _use(self, camera: Intrinsics, turned_width: int) -> None:
        bent = self._config.undistort and np.abs(camera.distortion).max(initial=0.0) > _STRAIGHT
        self._straightener = Straightener(camera) if bent else None
        K = rotated(camera.K, camera.width, camera.height, self._config.rotate)
        self._K = mirrored(K, turned_width) if self._config.mirror else K
        self._source = "file"
