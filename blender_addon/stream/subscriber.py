# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP connection to a publisher that comes back by itself; speaks zmtp.py over a socket."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from .zmtp import SubscriberProtocol, ZmtpError

CONNECT_S, RETRY_S, RETRY_STRANGER_S = 0.2, 0.2, 1.0
HANDSHAKE_S, PING_AFTER_S, DEAD_AFTER_S = 2.0, 1.0, 3.0
"""How long silence lasts before it is asked about, and before the peer counts as gone."""

_READ_BYTES = 1 << 18


class EndpointError(ValueError):
    """An address that cannot be connected to."""


def parse_endpoint(endpoint: str) -> tuple[str, int]:
    """`tcp://host:port`, or without `tcp://`, to (host, port).

    Raises:
        EndpointError: saying what an address looks like.
    """
    text = endpoint.strip()
    with contextlib.suppress(ValueError):
        url = urlsplit(text if "://" in text else f"tcp://{text}")
        if url.scheme == "tcp" and url.hostname and url.port:
            return url.hostname, url.port
    raise EndpointError(
        f"'{text}' is no address: expected tcp://host:port, as tcp://127.0.0.1:47820"
    )


def is_loopback(endpoint: str) -> bool:
    """Whether the address stays on this machine; names other than localhost count as leaving."""
    host, _ = parse_endpoint(endpoint)
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Subscriber:
    """Connects when polled, and again whenever the connection is lost.

    Poll it from one thread; any may ask how it does.
    """

    def __init__(self, endpoint: str, topics: Sequence[bytes]) -> None:
        self._address = parse_endpoint(endpoint)
        self._topics = topics
        self._socket: socket.socket | None = None
        self._protocol = SubscriberProtocol(topics)
        self._problem = "connecting"
        self._retry_at_s = self._opened_s = self._heard_s = self._pinged_s = 0.0

    @property
    def connected(self) -> bool:
        """A publisher is there and knows what we want."""
        return self._socket is not None and self._protocol.is_ready

    @property
    def problem(self) -> str:
        """Why nothing comes, in words; empty while connected."""
        return "" if self.connected else self._problem

    def poll(self, timeout_s: float) -> list[list[bytes]]:
        """Messages that arrived, as lists of parts; empty when none did in about `timeout_s`."""
        if self._socket is None:
            return self._connect(timeout_s)
        try:
            return self._read(self._socket, timeout_s)
        except ZmtpError as error:
            self._drop(str(error), RETRY_STRANGER_S)
        except OSError as error:
            self._drop(_reason(error), RETRY_S)
        except Exception as error:  # whoever polls tells of it; what was half read is not read on
            self._drop(f"{type(error).__name__}: {error}", RETRY_STRANGER_S)
            raise
        return []

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self, timeout_s: float) -> list[list[bytes]]:
        wait_s = self._retry_at_s - time.monotonic()
        if wait_s > 0:
            time.sleep(min(wait_s, timeout_s))
            return []
        self._protocol = SubscriberProtocol(self._topics)  # first: others ask both how they do
        try:
            self._socket = socket.create_connection(self._address, CONNECT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            self._drop(_reason(error), RETRY_S)
            return []
        except UnicodeError:  # from the IDNA encoding of host names
            self._drop(f"'{self._address[0]}' is no host name", RETRY_STRANGER_S)
            return []
        self._opened_s = self._heard_s = self._pinged_s = time.monotonic()
        return []

    def _read(self, connection: socket.socket, timeout_s: float) -> list[list[bytes]]:
        connection.settimeout(timeout_s)
        if outgoing := self._protocol.take_outgoing():
            connection.sendall(outgoing)
        try:
            received = connection.recv(_READ_BYTES)
        except TimeoutError:
            self._mind_silence(time.monotonic())
            return []
        if not received and not self._protocol.is_ready:
            raise ZmtpError("the sender hangs up at once, as those that ask for keys do")
        if not received:
            raise ConnectionResetError("the sender closed the connection")
        self._heard_s = time.monotonic()
        messages = self._protocol.feed(received)
        if outgoing := self._protocol.take_outgoing():
            connection.sendall(outgoing)
        return messages

    def _mind_silence(self, now_s: float) -> None:
        """A publisher may have nothing to say; a dead one does not answer pings."""
        silent_s = now_s - self._heard_s
        if not self._protocol.is_ready and now_s - self._opened_s > HANDSHAKE_S:
            raise ZmtpError("something answers there, but it does not speak ZeroMQ")
        if not self._protocol.is_ready or not self._protocol.answers_pings:
            return
        if silent_s > DEAD_AFTER_S:
            raise ConnectionResetError("the sender does not answer any more")
        if silent_s > PING_AFTER_S and self._pinged_s <= self._heard_s:
            self._pinged_s = now_s
            self._protocol.ping()

    def _drop(self, problem: str, retry_s: float) -> None:
        self.close()
        self._problem = problem
        self._retry_at_s = time.monotonic() + retry_s


def _reason(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nobody sends at this address yet"
    if isinstance(error, TimeoutError):
        return "the address does not answer"
    return (error.strerror or str(error)).strip() or type(error).__name__
