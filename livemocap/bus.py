"""ZeroMQ between stages: publish, read the newest, read every one, or hand out on credit.

The producer binds one port; consumers connect to a list of them. Newest-only is a reader thread
that overwrites one slot: CONFLATE breaks multipart messages and a high-water mark of 1 keeps the
oldest message, not the newest (docs/benchmarks.md).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

import zmq

from livemocap import wire
from livemocap.gaps import GapCounter
from livemocap.messages import (
    ControlReply,
    ControlRequest,
    EndOfStream,
    Message,
)

IMAGE, POSE, TRACK, METRICS = "image", "pose", "track", "metrics"
"""Topics; `image/<camera_id>`, `pose/<camera_id>` and `metrics/<role>` carry who sends."""


class BusError(RuntimeError):
    """A socket could not be opened or nobody answered."""


def require_loopback(endpoint: str) -> str:
    """Refuse to listen beyond this machine: streams carry no keys yet.

    Raises:
        BusError: saying why and what to do instead.
    """
    host = urlsplit(endpoint).hostname or ""
    if endpoint.startswith(("ipc:", "inproc:")) or host == "localhost" or _is_loopback(host):
        return endpoint
    raise BusError(
        f"{endpoint}: refused to listen beyond this machine, because streams are not encrypted "
        "or authenticated yet and anyone on the network could watch. Bind to 127.0.0.1, and use "
        "an SSH tunnel (ssh -L) for another machine."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def drain() -> None:
    """Close every socket of this process and wait, at most a second, until all is sent.

    Without it a process that ends by os._exit takes its last messages with it.
    """
    zmq.Context.instance().destroy(linger=1000)


class _Socket:
    """A socket that closes once, quietly, and works as a context manager."""

    def __init__(self, kind: int) -> None:
        self._socket = zmq.Context.instance().socket(kind)
        self._socket.linger = 0
        if kind in (zmq.SUB, zmq.DEALER, zmq.REQ):
            self._socket.reconnect_ivl, self._socket.reconnect_ivl_max = 50, 500
        self._socket.ipv6 = False

    def _bind(self, endpoint: str) -> str:
        """Bind and return the endpoint with the port that was chosen for `:0`."""
        require_loopback(endpoint)
        try:
            self._socket.bind(endpoint.replace(":0", ":*") if endpoint.endswith(":0") else endpoint)
        except zmq.ZMQError as error:
            self.close()
            raise BusError(
                f"cannot listen on {endpoint}: {error.strerror}. Is another livemocap running? "
                "`livemocap top` shows it; or choose other ports under [network] in studio.toml."
            ) from None
        return self._socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def close(self) -> None:
        self._socket.close(linger=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Publisher(_Socket):
    """Binds one port and sends to whoever subscribed.

    Args:
        endpoint: `tcp://127.0.0.1:47820`; port 0 picks a free one, see `endpoint`.
        lossless: queue without limit for slow readers (poses, tracks), instead of dropping
            beyond two messages (images).
    """

    def __init__(self, endpoint: str, *, lossless: bool = True) -> None:
        super().__init__(zmq.XPUB)
        self._socket.sndhwm = 0 if lossless else 2
        self._linger_ms = 1000 if lossless else 0
        self._socket.setsockopt(zmq.XPUB_VERBOSER, 1)
        self._subscriptions = 0
        self.endpoint = self._bind(endpoint)

    def send(self, topic: str, message: Message) -> None:
        *parts, last = topic.encode(), *wire.encode(message)
        for part in parts:  # send_multipart looks at each of them a second time
            self._socket.send(part, zmq.SNDMORE, copy=False)
        self._socket.send(last, copy=False)
        self._count_subscriptions(0)

    def wait_for_subscribers(self, count: int, timeout_s: float) -> None:
        """Block until `count` subscriptions stand, so that the first message reaches all of them.

        Raises:
            BusError: too few came in time.
        """
        deadline = time.monotonic() + timeout_s
        while self._subscriptions < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise BusError(
                    f"{self.endpoint}: {self._subscriptions} of {count} readers came in "
                    f"{timeout_s:.0f} s"
                )
            self._count_subscriptions(int(min(left, 0.1) * 1000))

    def _count_subscriptions(self, wait_ms: int) -> None:
        while self._socket.poll(wait_ms):
            notice = self._socket.recv()
            self._subscriptions += {b"\x01": 1, b"\x00": -1}.get(notice[:1], 0)
            wait_ms = 0

    def close(self) -> None:
        """Leave; what is queued for readers of a lossless stream still has a second to go out."""
        self._socket.close(linger=self._linger_ms)


class _Subscriber(_Socket):
    def __init__(self, endpoints: Iterable[str], topics: Sequence[str], rcvhwm: int) -> None:
        super().__init__(zmq.SUB)
        self._socket.rcvhwm = rcvhwm
        for endpoint in endpoints:
            self._socket.connect(endpoint)
        for topic in topics:
            self._socket.subscribe(topic)
        self.malformed = 0
        """Messages that were not ours: counted, dropped."""

    def _receive(self, timeout_ms: int) -> tuple[str, Message] | None:
        """The next well-formed message, or None in time or when the last one was malformed."""
        if not self._socket.poll(timeout_ms):
            return None
        topic, *parts = self._socket.recv_multipart(copy=False)
        try:
            return bytes(topic.buffer).decode(), wire.decode([part.buffer for part in parts])
        except (wire.WireError, UnicodeDecodeError, IndexError):
            self.malformed += 1
            return None


class OrderedSubscriber(_Subscriber):
    """Every message in order; `gaps` counts the sequence numbers that never came."""

    def __init__(self, endpoints: Iterable[str], topics: Sequence[str]) -> None:
        super().__init__(endpoints, topics, rcvhwm=0)
        self._counter = GapCounter()

    @property
    def gaps(self) -> int:
        return self._counter.gaps

    def poll(self, timeout_s: float = 0.0) -> tuple[str, Message] | None:
        """The next (topic, message), or None when none came in time."""
        found = self._receive(int(timeout_s * 1000))
        if found:
            self._counter.see(found[1])
        return found


class NewestSubscriber(_Subscriber):
    """The newest message of each topic; older unread ones are overwritten and counted.

    An EndOfStream never overwrites the message before it.
    """

    def __init__(self, endpoints: Iterable[str], topics: Sequence[str]) -> None:
        super().__init__(endpoints, topics, rcvhwm=4)
        self.overwritten = 0
        self._slots: dict[tuple[str, bool], Message] = {}
        self._fresh = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read_all, name="newest", daemon=True)
        self._thread.start()

    def poll(self, timeout_s: float = 0.0) -> tuple[str, Message] | None:
        """The newest unread (topic, message), topics in turn, or None when none came in time."""
        with self._fresh:
            if not self._slots and not self._fresh.wait_for(lambda: bool(self._slots), timeout_s):
                return None
            key = next(iter(self._slots))
            return key[0], self._slots.pop(key)

    def _read_all(self) -> None:
        while not self._stop.is_set():
            found = self._receive(100)
            if found:
                self._keep(*found)

    def _keep(self, topic: str, message: Message) -> None:
        key = (topic, isinstance(message, EndOfStream))
        with self._fresh:
            self.overwritten += key in self._slots
            self._slots[key] = message
            self._fresh.notify()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        super().close()


class CreditServer(_Socket):
    """Hands out messages one by one, only when a reader asks: nothing is lost, nothing piles up."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(zmq.ROUTER)
        self.endpoint = self._bind(endpoint)

    def wait_for_request(self, timeout_s: float) -> bytes | None:
        """Who asks for the next message, or None when nobody did in time."""
        if not self._socket.poll(int(timeout_s * 1000)):
            return None
        return self._socket.recv_multipart()[0]

    def reply(self, reader: bytes, topic: str, message: Message) -> None:
        self._socket.send_multipart([reader, topic.encode(), *wire.encode(message)], copy=False)

    def close(self) -> None:
        self._socket.close(linger=1000)


class CreditReader(_Socket):
    """Asks a CreditServer for messages, `ahead` of them on their way at any time."""

    def __init__(self, endpoint: str, *, ahead: int = 2) -> None:
        super().__init__(zmq.DEALER)
        self._socket.connect(endpoint)
        self._ahead, self._asked = ahead, 0

    def poll(self, timeout_s: float = 0.0) -> tuple[str, Message] | None:
        """The next (topic, message), or None when none came in time.

        Raises:
            WireError: the server sent something malformed; on this path that is a bug, not noise.
        """
        while self._asked < self._ahead:
            self._socket.send(b"next")
            self._asked += 1
        if not self._socket.poll(int(timeout_s * 1000)):
            return None
        topic, *parts = self._socket.recv_multipart(copy=False)
        self._asked -= 1
        return bytes(topic.buffer).decode(), wire.decode([part.buffer for part in parts])


class ControlServer(_Socket):
    """Answers ControlRequests, one at a time."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(zmq.REP)
        self.endpoint = self._bind(endpoint)

    def serve(
        self, answer: Callable[[ControlRequest], ControlReply], timeout_s: float = 0.0
    ) -> bool:
        """Answer one request, if one comes in time."""
        if not self._socket.poll(int(timeout_s * 1000)):
            return False
        try:
            request = wire.decode(self._socket.recv_multipart())
            if not isinstance(request, ControlRequest):
                raise wire.WireError(f"a {type(request).__name__} is no request")
            reply = answer(request)
        except wire.WireError as error:
            reply = ControlReply(ok=False, message=str(error))
        self._socket.send_multipart(wire.encode(reply))
        return True


def request(endpoint: str, message: Message, timeout_s: float = 3.0) -> Message:
    """Send one ControlRequest and wait for its reply.

    Raises:
        BusError: nobody answered in time.
    """
    with _Socket(zmq.REQ) as asking:
        socket = asking._socket
        socket.connect(endpoint)
        socket.send_multipart(wire.encode(message))
        if not socket.poll(int(timeout_s * 1000)):
            raise BusError(f"{endpoint}: no answer in {timeout_s:.0f} s. Is `livemocap run` up?")
        return wire.decode(socket.recv_multipart())
