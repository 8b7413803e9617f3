"""The capture loops: a camera to whoever listens, or a recording to whoever asks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from livemocap.bus import IMAGE, CreditServer, Publisher
from livemocap.lifecycle import StopToken
from livemocap.messages import EndOfStream
from livemocap.metrics import MetricsCollector

from .config import CameraConfig
from .frames import FrameMaker
from .source import (
    CameraImage,
    CameraLostError,
    CameraSource,
    CameraTimeout,
    CaptureError,
    EndOfSourceError,
)
from .sources import is_live

_LOG = logging.getLogger(__name__)
_POLL_S = 0.25
"""How long a loop waits before it looks at the stop token again."""
_FIRST_PAUSE_S = 0.5
_OPENING_S = 10.0
"""How much longer than usual a camera may be silent while it is being opened."""
_FAREWELL_S = 0.3
"""Time for the last message of a live stream, which nobody acknowledges, to go out."""
_LAST_READERS_S = 5.0
"""How long readers that have not asked again are waited for at the end."""

OpenCamera = Callable[[], CameraSource]


class LiveCapture:
    """Publishes a camera's newest images; a lost or silent camera is opened again.

    Args:
        open_camera: opens the source, at the start and again after each loss.
    """

    def __init__(
        self,
        config: CameraConfig,
        open_camera: OpenCamera,
        maker: FrameMaker,
        publisher: Publisher,
        metrics: MetricsCollector,
        stop: StopToken,
    ) -> None:
        self._config, self._open, self._maker = config, open_camera, maker
        self._publisher, self._metrics, self._stop = publisher, metrics, stop
        self._topic = f"{IMAGE}/{config.id}"
        self._outage = _Outage(config)
        self._source: CameraSource | None = open_camera()
        self._set_state("opening")

    def step(self) -> bool:
        """Wait for an image and publish it; False at the end of a recording.

        Raises:
            CaptureError: the camera could not even be opened the first time.
        """
        self._metrics.publish_if_due()
        if self._source is None:
            self._reopen()
            return True
        try:
            image = self._source.read(_POLL_S)
        except EndOfSourceError as end:
            return self._finish(str(end))
        except CameraTimeout:
            self._watch_silence()
            return True
        except CameraLostError as error:
            self._lose(str(error))
            return True
        self._outage.over()
        self._publisher.send(self._topic, self._maker.make(image))
        self._set_state("live")
        self._metrics.set("frames", self._maker.made)
        self._metrics.sample("age_ms", (time.monotonic_ns() - image.t_grab_ns) / 1e6)
        if self._maker.made == self._config.frames:
            return self._finish(f"{self._config.frames} images as asked for")
        return True

    def close(self) -> None:
        if self._source:
            self._source.close()
        self._maker.close()

    def _watch_silence(self) -> None:
        assert self._source is not None
        if is_live(self._config.source) and self._outage.overdue():
            self._lose(f"{self._source.name}: no image for {self._outage.silent_s():.1f} s")

    def _lose(self, reason: str) -> None:
        if not self._maker.made:
            raise CaptureError(reason)
        assert self._source is not None
        self._source.close()
        self._source = None
        pause_s = self._outage.begin()
        _LOG.warning("%s. Trying again in %.1f s.", reason.rstrip("."), pause_s)
        self._set_state("lost")
        self._metrics.count("lost")

    def _reopen(self) -> None:
        if not self._outage.may_try():
            self._stop.wait(0.05)
            return
        try:
            self._source = self._open()
        except CaptureError as error:
            _LOG.warning("%s Trying again in %.1f s.", error, self._outage.begin())
            return
        self._maker.new_source()
        self._outage.expect()
        self._set_state("opening")

    def _finish(self, reason: str) -> bool:
        end = EndOfStream(camera_id=self._config.id, frames=self._maker.made, reason=reason)
        self._publisher.send(self._topic, end)
        self._stop.wait(_FAREWELL_S)
        _LOG.info("%s: %d images, %s", self._config.id, self._maker.made, reason)
        return False

    def _set_state(self, state: str) -> None:
        self._metrics.set("state", state)


class _Outage:
    """How long a camera has been silent, and when to try it again: twice as late each time."""

    def __init__(self, config: CameraConfig) -> None:
        self._longest_s, self._stall_s = config.reconnect_s, config.stall_s
        self._pause_s = min(_FIRST_PAUSE_S, self._longest_s)
        self._try_s = 0.0
        self.expect()

    def expect(self) -> None:
        """A source is being opened: silence counts from here, and more of it is allowed."""
        self._heard_s = time.monotonic()
        self._allowed_s = self._stall_s + _OPENING_S

    def over(self) -> None:
        """An image came."""
        self._heard_s = time.monotonic()
        self._allowed_s = self._stall_s
        self._pause_s = min(_FIRST_PAUSE_S, self._longest_s)

    def silent_s(self) -> float:
        return time.monotonic() - self._heard_s

    def overdue(self) -> bool:
        return self.silent_s() > self._allowed_s

    def begin(self) -> float:
        """The camera is lost; returns after how many seconds to try it."""
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, self._longest_s)
        self._try_s = time.monotonic() + pause_s
        return pause_s

    def may_try(self) -> bool:
        return time.monotonic() >= self._try_s


class LosslessCapture:
    """Hands out the images of a recording one by one, as readers ask for them."""

    def __init__(
        self,
        config: CameraConfig,
        source: CameraSource,
        maker: FrameMaker,
        server: CreditServer,
        metrics: MetricsCollector,
        stop: StopToken,
    ) -> None:
        self._config, self._source, self._maker = config, source, maker
        self._server, self._metrics, self._stop = server, metrics, stop
        self._topic = f"{IMAGE}/{config.id}"
        self._readers: set[bytes] = set()
        metrics.set("frames_total", source.frame_count)
        metrics.set("state", "waiting")

    def step(self) -> bool:
        """Answer one request, if one comes; False when every reader knows of the end."""
        self._metrics.publish_if_due()
        reader = self._server.wait_for_request(_POLL_S)
        if reader is None:
            return True
        self._readers.add(reader)
        try:
            image = self._next_image()
        except EndOfSourceError as end:
            self._finish(reader, str(end))
            return False
        self._server.reply(reader, self._topic, self._maker.make(image))
        self._metrics.set("state", "live")
        self._metrics.set("frames", self._maker.made)
        return True

    def close(self) -> None:
        self._source.close()
        self._maker.close()

    def _next_image(self) -> CameraImage:
        if self._config.frames and self._maker.made >= self._config.frames:
            raise EndOfSourceError(f"{self._config.frames} images as asked for")
        return self._source.read(_POLL_S)

    def _finish(self, reader: bytes | None, reason: str) -> None:
        """Tell every reader of the end, and stay until it has asked once more.

        Readers ask ahead. One that asks again has dealt with its last image, which may lie in
        memory that goes away with this process.
        """
        end = EndOfStream(camera_id=self._config.id, frames=self._maker.made, reason=reason)
        to_tell = dict.fromkeys(self._readers, 2)
        deadline_s = time.monotonic() + _LAST_READERS_S
        while to_tell and not self._stop.is_set() and time.monotonic() < deadline_s:
            if reader is not None:
                self._server.reply(reader, self._topic, end)
                to_tell[reader] = to_tell.get(reader, 2) - 1
                to_tell = {name: left for name, left in to_tell.items() if left > 0}
            reader = self._server.wait_for_request(_POLL_S) if to_tell else None
        _LOG.info("%s: %d images, %s", self._config.id, self._maker.made, reason)
