# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes recorded in Blender: every packet, written by a thread of its own that touches no bpy."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import MappingProxyType

from livemocap.gaps import GapCounter
from livemocap.messages import TrackFrame
from livemocap.skeleton import SMPLX
from livemocap.take_writer import (
    BEFORE_S,
    LEFT_OUT,
    LEFT_OUT_PEOPLE,
    PRESSED,
    TakeError,
    TakeWriter,
    free_name,
    plain_stem,
)

from ..stream.receiver import TOPIC, Packet, Receiver

_IDLE_S = 0.25
"""How often what came last is flushed while nothing more comes."""

_CLOSE_S = 20.0
"""How long Blender waits for a slow disk before it goes on without."""

_AT_ONCE = 32
"""Packets that a full disk costs at most: what is remembered comes faster than chunks are closed
by time."""

_LOG = logging.getLogger(__name__)


class RecordingError(RuntimeError):
    """A take that cannot be begun, in words for the panel."""


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """How a recording does, or what became of it."""

    running: bool
    """Packets are being taken."""
    finished: bool
    """The file is closed."""
    path: Path
    """Where the take lies, or will lie when it is whole."""
    frames: int
    """Written so far, of all cameras together."""
    gaps: int
    """Frames that the sequence numbers say were lost before they reached us."""
    size: int
    """Bytes on disk."""
    elapsed_s: float
    """Since the button was pressed."""
    before_s: float
    """How much of the take lies before that."""
    note: str
    """Why it ended by itself, in words; empty when all is well."""


class Recording:
    """Writes what a receiver remembers and what it hears, from construction until `stop`.

    Args:
        folder: where takes go; made if missing.
        name: of the take; a number is added rather than overwriting another.
        about: what else the take is to say of how it was recorded.

    Raises:
        RecordingError: nothing can be written there.
    """

    def __init__(
        self,
        receiver: Receiver,
        folder: Path,
        name: str = "",
        about: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        try:
            self._writer = TakeWriter(free_name(folder, plain_stem(name)))
        except TakeError as error:
            raise RecordingError(str(error)) from None
        except OSError as error:
            raise RecordingError(f"{folder}: {error.strerror or error}") from None
        self.left_out: frozenset[int] = frozenset()
        """Track ids of people whom the take says are not to be baked. They are recorded, too."""
        self._receiver = receiver
        self._gaps = GapCounter()
        self._frames = 0
        self._note = ""
        self._before_s = receiver.remembered_s()
        pressed_ns = time.monotonic_ns()
        self._about = {
            "pressed_monotonic_ns": str(pressed_ns),
            BEFORE_S: f"{self._before_s:.3f}",
            **about,
        }
        self._started_s, self._ended_s = time.monotonic(), 0.0
        self._queue: SimpleQueue[Packet | None] = receiver.follow()
        self._thread = threading.Thread(target=self._run, name="livemocap-recording", daemon=True)
        self._thread.start()

    def status(self) -> RecordingStatus:
        return RecordingStatus(
            running=not self._ended_s,
            finished=not self._thread.is_alive(),
            path=self._writer.path,
            frames=self._frames,
            gaps=self._gaps.gaps,
            size=self._writer.size,
            elapsed_s=(self._ended_s or time.monotonic()) - self._started_s,
            before_s=self._before_s,
            note=self._note,
        )

    def stop(self, timeout_s: float = _CLOSE_S) -> None:
        """Take no more packets, write those that were taken, and close the take."""
        self._end()
        self._queue.put(None)
        self._thread.join(timeout_s)

    def _end(self) -> None:
        self._receiver.unfollow(self._queue)
        self._ended_s = self._ended_s or time.monotonic()

    def _run(self) -> None:
        try:
            self._writer.add_metadata("skeleton", _skeleton_table())
            self._writer.add_metadata(PRESSED, self._about)
            self._write_all()
            if self.left_out:
                people = " ".join(map(str, sorted(self.left_out)))
                self._writer.add_metadata(LEFT_OUT, {LEFT_OUT_PEOPLE: people})
            self._writer.close()
        except Exception as error:  # whatever it was, what is written already is to be kept
            self._end()
            self._rescue(error)

    def _write_all(self) -> None:
        """Until the queue says None."""
        while True:
            try:
                packet = self._queue.get(timeout=_IDLE_S)
            except Empty:
                self._writer.flush_if_due()
                continue
            if packet is None:
                return
            self._writer.write(TOPIC, packet.message, packet.parts)
            if self._writer.messages % _AT_ONCE == 0:
                self._writer.flush()
            self._gaps.see(packet.message)
            self._frames += isinstance(packet.message, TrackFrame)

    def _rescue(self, error: Exception) -> None:
        """Make a whole take of what is on disk."""
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        try:
            path, messages = self._writer.seal()
            self._frames = min(self._frames, messages)
            self._note = f"Recording ended: {reason}. What came before is kept in {path.name}"
        except Exception:
            part = self._writer.abandon()
            self._note = f"Recording ended: {reason}. Try: livemocap take recover {part}"
        _LOG.error("%s", self._note, exc_info=error)


_current: Recording | None = None
_refusal = ""


def current() -> Recording | None:
    """The recording that runs, or the last one."""
    return _current


def is_running() -> bool:
    """Whether packets are being recorded, or still being written."""
    return _current is not None and not _current.status().finished


def refusal() -> str:
    """Why the last take could not be begun, in words; empty when it could."""
    return _refusal


def refuse(sentence: str) -> None:
    """Remember why a take could not be begun."""
    global _refusal
    _refusal = sentence


def start(
    receiver: Receiver,
    folder: Path,
    name: str = "",
    about: Mapping[str, str] = MappingProxyType({}),
) -> Recording:
    """Begin a take.

    Raises:
        RecordingError: one is running already, or nothing can be written there.
    """
    global _current
    if is_running():
        raise RecordingError("a take is being recorded already")
    _current = Recording(receiver, folder, name, about)
    refuse("")
    atexit.register(stop)
    return _current


def stop() -> None:
    """End the take that is being recorded, if there is one."""
    if _current is not None:
        _current.stop()
        atexit.unregister(stop)


def _skeleton_table() -> dict[str, str]:
    parents = " ".join(str(parent) for parent in SMPLX.parents)
    return {"joints": " ".join(SMPLX.names), "parents": parents}
