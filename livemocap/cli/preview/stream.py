"""Pictures of the live stream: each tracked frame drawn on the very image it was made from."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from livemocap.bus import IMAGE, TRACK, NewestSubscriber
from livemocap.config import NetworkConfig
from livemocap.lifecycle import StopToken
from livemocap.messages import ImageFrame, TrackFrame
from livemocap.pixels import decode_pixels
from livemocap.ring import PixelsError, SharedRingReader
from livemocap.rotation import Array

from .composition import Composer
from .palette import PANEL

if TYPE_CHECKING:
    from inference.body_model import BodyModel

_REMEMBERED = 24
"""Images kept until their people come; inference is rarely further behind."""
_PATIENCE_NS = 500_000_000
"""Without people for so long, images are shown alone."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What to show, and the capture time of what is on it."""

    bgr: Array
    t_ns: int


class LivePictures:
    """One camera's stream as pictures.

    Args:
        camera: its index, for ports.
        camera_id: its name in messages.
        body: None draws skeletons alone.
    """

    def __init__(
        self, network: NetworkConfig, camera: int, camera_id: str, body: BodyModel | None
    ) -> None:
        self._camera_id = camera_id
        self._tracks = NewestSubscriber([network.track()], [TRACK])
        self._images: NewestSubscriber | None = None
        if not network.lossless:  # images on credit are for the engine alone
            self._images = NewestSubscriber([network.image(camera)], [f"{IMAGE}/{camera_id}"])
        self._rings = SharedRingReader()
        self._remembered: OrderedDict[int, Array] = OrderedDict()
        self._newest: ImageFrame | None = None
        self._composer = Composer(body)
        self._tracked_ns = 0
        self._on_own_image = network.lossless

    def wait(self, timeout_s: float, stop: StopToken) -> Picture | None:
        """The first picture that shows tracks on their own image, or what there is in time."""
        deadline = time.monotonic() + timeout_s
        found: Picture | None = None
        while time.monotonic() < deadline and not stop.is_set():
            found = self.poll(0.1) or found
            if found and self._on_own_image:
                return found
        return found

    def poll(self, timeout_s: float) -> Picture | None:
        """The next picture, or None when nothing new came in time."""
        self._take_images()
        found = self._tracks.poll(timeout_s)
        self._take_images()
        if found and isinstance(found[1], TrackFrame) and found[1].camera_id == self._camera_id:
            return self._tracked(found[1])
        if time.monotonic_ns() - self._tracked_ns > _PATIENCE_NS and self._newest:
            frame, self._newest = self._newest, None
            return Picture(
                self._composer.compose(
                    self._remembered[frame.sequence], None, "waiting for inference"
                ),
                frame.t_capture_ns,
            )
        return None

    def _take_images(self) -> None:
        while self._images:
            found = self._images.poll()
            if not found:
                break
            if isinstance(found[1], ImageFrame):
                self._remember(found[1])

    def _remember(self, frame: ImageFrame) -> None:
        try:
            self._remembered[frame.sequence] = decode_pixels(frame, self._rings)
        except PixelsError:  # gone already: the next one comes soon
            return
        self._newest = frame
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)

    def _tracked(self, frame: TrackFrame) -> Picture:
        self._tracked_ns = time.monotonic_ns()
        self._on_own_image |= frame.sequence in self._remembered
        age_ms = (self._tracked_ns - frame.t_grab_ns) * 1e-6
        status = f"{self._camera_id}   {age_ms:.0f} ms old"
        return Picture(
            self._composer.compose(self._image_of(frame), frame, status), frame.t_capture_ns
        )

    def _image_of(self, frame: TrackFrame) -> Array:
        """Its own image, else the one nearest to it, else an empty one."""
        if not self._remembered:
            return np.full((frame.height, frame.width, 3), PANEL, np.uint8)
        nearest = min(self._remembered, key=lambda sequence: abs(sequence - frame.sequence))
        image = self._remembered[nearest]
        if image.shape[:2] != (frame.height, frame.width):
            return np.full((frame.height, frame.width, 3), PANEL, np.uint8)
        return image

    def close(self) -> None:
        self._tracks.close()
        if self._images:
            self._images.close()
        self._rings.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
