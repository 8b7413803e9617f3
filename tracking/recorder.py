"""Takes as they are recorded: started, written, stopped; a full disk ends the take, not us."""

from __future__ import annotations

import logging
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livemocap.messages import Message
from livemocap.skeleton import SMPLX
from livemocap.take import TakeError, TakeWriter, free_name
from livemocap.take_writer import plain_stem

from .errors import TrackingError

_LOG = logging.getLogger(__name__)

IDLE, RECORDING, FAILED = "idle", "recording", "failed"
"""States of a recorder; `failed` is idle with something to tell."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A take that came to its end."""

    path: Path
    messages: int
    note: str = ""
    """Why it ended early; empty when it was stopped."""


class Recorder:
    """Writes one take at a time.

    Args:
        directory: where takes go; made if missing.
        config: the effective studio.toml, kept in every take.

    Raises:
        TrackingError: nothing can be written there.
    """

    def __init__(self, directory: Path, config: str = "") -> None:
        self._directory, self._config = directory, config
        self._writer: TakeWriter | None = None
        self._started_s = 0.0
        self.last: Finished | None = None
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrackingError(f"takes cannot go to {directory}: {error.strerror}") from None

    @property
    def state(self) -> str:
        if self._writer:
            return RECORDING
        return FAILED if self.last and self.last.note else IDLE

    @property
    def recording(self) -> bool:
        return self._writer is not None

    def start(self, name: str = "") -> Path:
        """Begin a take and return the name it will have; an existing one is never overwritten.

        Raises:
            TrackingError: one is running already, or the name is none.
            TakeError: the file cannot be made.
        """
        if self._writer:
            raise TrackingError(f"{self._writer.path.name} is being recorded already")
        path = free_name(self._directory, plain_name(name))
        self._writer = TakeWriter(path, self._config)
        self._started_s, self.last = time.monotonic(), None
        self._guarded(self._describe_skeleton)
        _LOG.info("recording %s", path)
        return path

    def write(self, topic: str, message: Message) -> None:
        """Keep a message, if a take is running."""
        if self._writer:
            writer = self._writer
            self._guarded(lambda: writer.write(topic, message))

    def flush_if_due(self) -> None:
        """Hand what is old enough to the operating system, also when nothing more comes."""
        if self._writer:
            self._guarded(self._writer.flush_if_due)

    def stop(self) -> Finished:
        """End the take.

        Raises:
            TrackingError: none is running.
        """
        if not self._writer:
            raise TrackingError("nothing is being recorded")
        writer, self._writer = self._writer, None
        try:
            self.last = Finished(writer.close(), writer.messages)
        except OSError as error:
            self._rescue(writer, error)
        assert self.last
        _LOG.info("recorded %s, %d messages", self.last.path, self.last.messages)
        return self.last

    def status(self) -> dict[str, Any]:
        """For metrics and for whoever asks: state, file, messages, seconds, free disk space."""
        values: dict[str, Any] = {"state": self.state, "free_mb": self._free_mb()}
        if self._writer:
            values["file"] = str(self._writer.path)
            values["messages"] = self._writer.messages
            values["seconds"] = round(time.monotonic() - self._started_s, 1)
        elif self.last:
            values["file"] = str(self.last.path)
            values["messages"] = self.last.messages
            values["note"] = self.last.note
        return values

    def _describe_skeleton(self) -> None:
        assert self._writer
        parents = " ".join(str(parent) for parent in SMPLX.parents)
        self._writer.add_metadata("skeleton", {"joints": " ".join(SMPLX.names), "parents": parents})

    def _guarded(self, write: Any) -> None:
        """Do `write`; if the disk refuses, end the take with what it has and go on living."""
        try:
            write()
        except OSError as error:
            writer, self._writer = self._writer, None
            assert writer
            self._rescue(writer, error)

    def _rescue(self, writer: TakeWriter, error: OSError) -> None:
        reason = error.strerror or str(error)
        try:
            path, messages = writer.seal()
            note = f"recording ended: {reason}; what was recorded before is complete"
        except OSError:
            path, messages = writer.abandon(), writer.messages
            note = f"recording ended: {reason}; try `livemocap take recover {path}`"
        self.last = Finished(path, messages, note)
        _LOG.error("%s: %s (%d messages)", path, note, messages)

    def _free_mb(self) -> int:
        try:
            return shutil.disk_usage(self._directory).free >> 20
        except OSError:
            return 0


def plain_name(name: str) -> str:
    """A take's stem; an empty name becomes the date and time.

    Raises:
        TrackingError: the name would lead out of the folder of takes.
    """
    try:
        return plain_stem(name)
    except TakeError as error:
        raise TrackingError(str(error)) from None
