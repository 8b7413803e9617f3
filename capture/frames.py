"""From a camera's image to the message that inference gets."""

from __future__ import annotations

import time

import numpy as np

from livemocap.messages import ImageFrame
from livemocap.metrics import MetricsCollector

from .changes import ChangeDetector
from .config import CameraConfig
from .encode import ImageEncoder
from .source import CameraImage
from .upright import Uprighter


class FrameMaker:
    """Turns, judges, encodes and numbers the images of one camera.

    Sequence numbers follow the source's own count, so an image that the camera dropped is a
    gap; a source that was opened again goes on where the last one ended.
    """

    def __init__(
        self, config: CameraConfig, encoder: ImageEncoder, metrics: MetricsCollector
    ) -> None:
        self._config, self._encoder, self._metrics = config, encoder, metrics
        self._uprighter = Uprighter(config)
        self._changes = ChangeDetector()
        self._first = 0
        self._next = 0
        self.made = 0
        """Images turned into messages so far."""

    def new_source(self) -> None:
        """Images from now on come from a camera that was opened again."""
        self._first = self._next

    def make(self, image: CameraImage) -> ImageFrame:
        """The message for one image.

        Raises:
            CaptureError: its shape does not fit the camera's calibration.
        """
        started = time.perf_counter_ns()
        upright = self._uprighter.apply(image.bgr)
        change = self._changes.step(upright.bgr)
        height, width = upright.bgr.shape[:2]
        frame = ImageFrame(
            camera_id=self._config.id,
            sequence=self._number(image),
            t_capture_ns=image.t_capture_ns,
            t_grab_ns=image.t_grab_ns,
            width=width,
            height=height,
            K=np.asarray(upright.K, np.float32),
            intrinsics_source=upright.intrinsics_source,
            cut=change.cut,
            camera_motion_px=change.camera_motion_px,
            **self._encoder.encode(upright.bgr),
        )
        self._metrics.sample("encode_ms", (time.perf_counter_ns() - started) / 1e6)
        self._metrics.set("size", f"{width}x{height}")
        return frame

    def _number(self, image: CameraImage) -> int:
        sequence = self._first + image.index
        if sequence > self._next:
            self._metrics.count("dropped", sequence - self._next)
        self._next = sequence + 1
        self.made += 1
        return sequence

    def close(self) -> None:
        self._encoder.close()
