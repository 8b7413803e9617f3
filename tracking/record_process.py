"""The recording loop: poses and tracks in, takes out, told what to do over the control socket."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from livemocap.bus import POSE, TRACK, ControlServer
from livemocap.lifecycle import StopToken, run_loop
from livemocap.messages import ControlReply, ControlRequest, EndOfStream, Message
from livemocap.metrics import MetricsCollector
from livemocap.take import TakeError

from .errors import TrackingError
from .recorder import Recorder

_LOG = logging.getLogger(__name__)
_POLL_S = 0.05
_AT_ONCE = 500
"""Messages of one topic taken before the other has its turn."""


class Reader(Protocol):
    """Every message of a topic, in order."""

    malformed: int

    @property
    def gaps(self) -> int: ...

    def poll(self, timeout_s: float) -> tuple[str, Message] | None: ...


class RecordProcess:
    """Records what its readers bring.

    Args:
        readers: by topic, `pose` and `track` or one of them.
        cameras: the loop ends when all of them have ended on every topic.
        control: answers `record.start`, `record.stop`, `record.status`; None for no control.
        armed: the name of a take to begin with the first message; None waits to be asked.
    """

    def __init__(
        self,
        recorder: Recorder,
        readers: dict[str, Reader],
        cameras: Iterable[str],
        control: ControlServer | None,
        metrics: MetricsCollector,
        *,
        armed: str | None = None,
    ) -> None:
        self._recorder, self._readers, self._control = recorder, readers, control
        self._metrics, self._armed = metrics, armed
        self._open = {(topic, camera) for topic in readers for camera in cameras}

    def run(self, stop: StopToken, *, strict: bool = False) -> int:
        """Until the token is set or everything has ended; the take is closed then."""
        try:
            return run_loop(self.step, stop, strict=strict)
        finally:
            if self._recorder.recording:
                self._recorder.stop()

    def step(self) -> bool:
        """Keep what came, answer who asked; False when every camera has ended."""
        wait_s = _POLL_S
        for topic, reader in self._readers.items():
            for _ in range(_AT_ONCE):
                found = reader.poll(wait_s)
                if not found:
                    break
                wait_s = 0.0
                self._keep(topic, *found)
        self._recorder.flush_if_due()
        if self._control:
            self._control.serve(self.answer)
        self._report()
        return bool(self._open)

    def answer(self, request: ControlRequest) -> ControlReply:
        """Do what a command line or the add-on asks."""
        recorder = self._recorder
        try:
            if request.command == "record.start":
                path = recorder.start(str(request.arguments.get("name", "")))
                return ControlReply(ok=True, message=f"recording {path}", values=recorder.status())
            if request.command == "record.stop":
                done = recorder.stop()
                told = done.note or f"recorded {done.path}"
                return ControlReply(ok=not done.note, message=told, values=recorder.status())
            if request.command == "record.status":
                return ControlReply(ok=True, message=recorder.state, values=recorder.status())
        except (TrackingError, TakeError) as error:
            return ControlReply(ok=False, message=str(error), values=recorder.status())
        return ControlReply(
            ok=False,
            message=f"unknown command '{request.command}': expected record.start, .stop or .status",
        )

    def _keep(self, topic: str, full_topic: str, message: Message) -> None:
        if isinstance(message, EndOfStream):
            self._open.discard((topic, message.camera_id))
        if self._armed is not None:
            name, self._armed = self._armed, None
            self._begin(name)
        self._recorder.write(full_topic, message)

    def _begin(self, name: str) -> None:
        try:
            self._recorder.start(name)
        except (TrackingError, TakeError) as error:
            self._metrics.set("note", str(error))
            _LOG.error("cannot record: %s", error)

    def _report(self) -> None:
        skipped = {topic: reader.gaps for topic, reader in self._readers.items()}
        if POSE in skipped:
            # the engine may skip images; lost is what it looked at and tracking did not bring
            self._metrics.set("skipped_images", skipped[POSE])
            self._metrics.set("gaps", max(0, skipped.get(TRACK, 0) - skipped[POSE]))
        else:
            self._metrics.set("gaps", skipped[TRACK])
        self._metrics.set("malformed", sum(reader.malformed for reader in self._readers.values()))
        for name, value in self._recorder.status().items():
            self._metrics.set(name, value)
        self._metrics.publish_if_due()
