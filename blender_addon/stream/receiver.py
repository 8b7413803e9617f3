# SPDX-License-Identifier: GPL-3.0-or-later
"""The thread that listens to the stream. It touches no bpy; the main thread asks it for frames."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

import numpy as np

from livemocap import wire
from livemocap.gaps import GapCounter
from livemocap.messages import EndOfStream, Message, TrackFrame

from .subscriber import Subscriber

DEFAULT_ADDRESS = "tcp://127.0.0.1:47820"
TOPIC = "track"

_POLL_S, _JOIN_S = 0.1, 2.0
_RATE_WINDOW_NS = 1_000_000_000
_LOG_EVERY_NS = 1_000_000_000
"""What no message should do is logged no more often."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Packet:
    """One message as it came, for whoever must not miss any."""

    t_received_ns: int
    parts: list[bytes]
    """Without the topic, byte for byte."""
    message: Message
    """What they say; a message that says nothing sensible is no packet."""


@dataclass(frozen=True, slots=True)
class ReceiverStatus:
    """How the stream does, for one status line."""

    connected: bool
    problem: str
    """Why nothing is shown, in words; empty when all is well."""
    ended: bool
    """The sender said that its file is through."""
    frames: int
    gaps: int
    """Frames that the sequence numbers say were lost."""
    malformed: int
    refused: str
    """Why the last message was none of ours, in words; empty since a good one came."""
    rate_hz: float
    silent_s: float
    """Since the last frame; infinite before the first."""


class Source(Protocol):
    """Where messages come from: a `Subscriber`, or something that speaks like one."""

    @property
    def connected(self) -> bool: ...
    @property
    def problem(self) -> str: ...
    def poll(self, timeout_s: float) -> list[list[bytes]]: ...
    def close(self) -> None: ...


class Receiver:
    """Keeps the newest TrackFrame of each camera, and every packet for a recording.

    Starts listening at once; `close` joins the thread.

    Args:
        source: an address, or what is polled instead of one, by the thread alone.
        heard: entered by the thread with each frame that may be the newest, while it hands it over.
    """

    def __init__(
        self,
        source: str | Source,
        topic: str = TOPIC,
        heard: Callable[[TrackFrame], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._topic, self._heard = topic.encode(), heard
        listens = isinstance(source, str)
        self._source: Source = Subscriber(source, [self._topic]) if listens else source
        self._lock = threading.Lock()
        self._newest: dict[str, TrackFrame] = {}
        self._gaps = GapCounter()
        self._arrivals_ns: deque[int] = deque(maxlen=1000)
        self._followers: list[SimpleQueue[Packet | None]] = []
        self._past: deque[Packet] = deque()
        self._keep_ns = 0
        self._frames = self._malformed = 0
        self._refused = ""
        self._ended = False
        self._log_at_ns = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="livemocap-receiver", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether a sender is there."""
        return self._source.connected

    def take_newest(self) -> list[TrackFrame]:
        """The newest frame of each camera that sent one since the last call."""
        with self._lock:
            newest, self._newest = self._newest, {}
        return list(newest.values())

    def keep_past(self, seconds: float) -> None:
        """Remember the packets of so long from now on, for who begins to follow later."""
        with self._lock:
            self._keep_ns = round(seconds * 1e9)
            self._forget(time.monotonic_ns())

    def remembered_s(self) -> float:
        """How far back the packets go that whoever follows now gets at once."""
        now_ns = time.monotonic_ns()
        with self._lock:
            self._forget(now_ns)
            return (now_ns - self._past[0].t_received_ns) * 1e-9 if self._past else 0.0

    def follow(self) -> SimpleQueue[Packet | None]:
        """A queue that gets every packet from now on, until `unfollow`, those that are remembered
        first.

        None is never put here: it is the follower's to say that it has heard enough.
        """
        queue: SimpleQueue[Packet | None] = SimpleQueue()
        with self._lock:
            self._forget(time.monotonic_ns())
            for packet in self._past:
                queue.put(packet)
            self._followers.append(queue)
        return queue

    def unfollow(self, queue: SimpleQueue[Packet | None]) -> None:
        """Nothing more is put into this queue; twice does no harm."""
        with self._lock:
            self._followers = [follower for follower in self._followers if follower is not queue]

    def status(self) -> ReceiverStatus:
        now_ns = time.monotonic_ns()
        with self._lock:
            recent = sum(now_ns - t_ns < _RATE_WINDOW_NS for t_ns in self._arrivals_ns)
            silent_s = (now_ns - self._arrivals_ns[-1]) / 1e9 if self._arrivals_ns else np.inf
            return ReceiverStatus(
                connected=self._source.connected,
                problem=self._source.problem,
                ended=self._ended,
                frames=self._frames,
                gaps=self._gaps.gaps,
                malformed=self._malformed,
                refused=self._refused,
                rate_hz=recent * 1e9 / _RATE_WINDOW_NS,
                silent_s=float(silent_s),
            )

    def close(self) -> None:
        """Stop listening; takes no longer than one poll, unless a host name is being looked up."""
        self._stop.set()
        self._thread.join(_JOIN_S)

    def _listen(self) -> None:
        """Whatever comes, this goes on: nothing but `close` would start it again."""
        while not self._stop.is_set():
            try:
                heard = self._source.poll(_POLL_S)
            except Exception as error:
                self._refuse(error)
                self._stop.wait(_POLL_S)
                continue
            for message in heard:
                if message[:1] == [self._topic]:
                    self._accept(message[1:], is_last=message is heard[-1])
        self._source.close()

    def _accept(self, parts: list[bytes], is_last: bool) -> None:
        now_ns = time.monotonic_ns()
        try:
            message = wire.decode(parts)
            _require_finite(message)
            newest = message if is_last and isinstance(message, TrackFrame) else None
            with self._heard(newest) if newest else nullcontext(), self._lock:
                self._keep(Packet(now_ns, parts, message))
        except Exception as error:
            self._refuse(error)

    def _refuse(self, error: Exception) -> None:
        """Count what was none of ours; what nobody foresaw is for the log as well."""
        foreseen = isinstance(error, wire.WireError | IndexError)
        words = str(error) if foreseen else f"{type(error).__name__}: {error}"
        with self._lock:
            self._malformed += 1
            self._refused = words
        now_ns = time.monotonic_ns()
        if not foreseen and now_ns >= self._log_at_ns:
            self._log_at_ns = now_ns + _LOG_EVERY_NS
            _LOG.error("a message of the stream could not be read", exc_info=error)

    def _forget(self, now_ns: int) -> None:
        """What is older than anybody asked for."""
        while self._past and now_ns - self._past[0].t_received_ns > self._keep_ns:
            self._past.popleft()

    def _keep(self, packet: Packet) -> None:
        message = packet.message
        for queue in self._followers:
            queue.put(packet)
        if self._keep_ns:
            self._past.append(packet)
            self._forget(packet.t_received_ns)
        if isinstance(message, EndOfStream):
            self._ended = True
        if not isinstance(message, TrackFrame):
            return
        self._ended, self._refused = False, ""
        self._frames += 1
        self._gaps.see(message)
        self._arrivals_ns.append(packet.t_received_ns)
        self._newest[message.camera_id] = message


def _require_finite(message: object) -> None:
    """Refuse poses that Blender would spread as NaN through a scene."""
    if isinstance(message, TrackFrame) and not all(
        np.isfinite(array).all()
        for array in (message.joint_rotvecs, message.pelvis, message.rest_joints)
    ):
        raise wire.WireError("a pose with numbers that are not finite")
