# SPDX-License-Identifier: GPL-3.0-or-later
"""ZMTP 3.0, the subscriber's half, without any socket: bytes in, messages and bytes out.

Blender's Python has no pyzmq, and a bundled C extension would have to match every Blender. This
is what a SUB socket says over TCP without encryption (https://rfc.zeromq.org/spec/23/): greeting,
READY, subscriptions; then it hears multipart messages and answers pings.
"""

from __future__ import annotations

from collections.abc import Sequence

MAX_MESSAGE_BYTES = 16 << 20
"""A publisher that sends more in one message is not ours; ten people are 10 KB."""

MAX_PARTS = 64

_MORE, _LONG, _COMMAND = 1, 2, 4
_GREETING_BYTES = 64
_GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
_READY = b"\x05READY" + b"\x0bSocket-Type" + b"\x00\x00\x00\x03SUB" + b"\x08Identity" + bytes(4)
_PUBLISHERS = (b"PUB", b"XPUB")


class ZmtpError(ValueError):
    """The peer is no publisher that we can listen to; the connection is of no more use."""


class SubscriberProtocol:
    """One connection, from the first byte on.

    Write what `take_outgoing` returns, `feed` what arrives. A new connection needs a new one.
    """

    def __init__(self, topics: Sequence[bytes]) -> None:
        self.is_ready = False
        """The handshake is done: messages may come."""
        self.answers_pings = False
        """The peer knows PING (ZMTP 3.1), so that silence can be told from death."""
        self._topics = tuple(topics)
        self._outgoing = bytearray(_GREETING)
        self._incoming = bytearray()
        self._greeted = False
        self._parts: list[bytes] = []
        self._message_bytes = 0

    def take_outgoing(self) -> bytes:
        """What is to be written now; empty most of the time."""
        outgoing = bytes(self._outgoing)
        self._outgoing.clear()
        return outgoing

    def ping(self) -> None:
        """Ask the peer for a sign of life."""
        self._send(b"\x04PING\x00\x00", _COMMAND)

    def feed(self, received: bytes) -> list[list[bytes]]:
        """Bytes from the peer to the multipart messages that they complete.

        Raises:
            ZmtpError: not a publisher of ours; close the connection.
        """
        self._incoming += received
        if not self._greeted and not self._read_greeting():
            return []
        messages = []
        while (frame := self._next_frame()) is not None:
            flags, body = frame
            if flags & _COMMAND:
                self._obey(body)
            elif (message := self._collect(flags, body)) is not None:
                messages.append(message)
        return messages

    def _read_greeting(self) -> bool:
        greeting = self._incoming
        if greeting[:1] not in (b"", b"\xff") or (len(greeting) > 9 and not greeting[9] & 1):
            raise ZmtpError("something else than ZeroMQ answers there")
        if len(greeting) > 10 and greeting[10] < 3:
            raise ZmtpError("the sender's ZeroMQ is older than version 4")
        if len(greeting) < _GREETING_BYTES:
            return False
        mechanism = bytes(greeting[12:32]).rstrip(b"\0")
        if mechanism != b"NULL":
            raise ZmtpError(f"the sender asks for {_text(mechanism)} keys")
        self.answers_pings = (greeting[10], greeting[11]) >= (3, 1)
        del self._incoming[:_GREETING_BYTES]
        self._greeted = True
        self._send(_READY, _COMMAND)
        return True

    def _next_frame(self) -> tuple[int, bytes] | None:
        """(flags, body) of the next whole frame; size is checked before the body is waited for."""
        buffer = self._incoming
        if not buffer:
            return None
        flags = buffer[0]
        if flags > (_MORE | _LONG | _COMMAND) or flags & (_MORE | _COMMAND) == _MORE | _COMMAND:
            raise ZmtpError(f"broken frame (flags 0x{flags:02x})")
        start = 9 if flags & _LONG else 2
        if len(buffer) < start:
            return None
        size = int.from_bytes(buffer[1:start], "big")
        if size + self._message_bytes > MAX_MESSAGE_BYTES or len(self._parts) == MAX_PARTS:
            raise ZmtpError("a message larger than any of ours")
        if len(buffer) < start + size:
            return None
        body = bytes(buffer[start : start + size])
        del buffer[: start + size]
        return flags, body

    def _collect(self, flags: int, body: bytes) -> list[bytes] | None:
        """Add a part; the message, when this was its last one."""
        if not self.is_ready:
            raise ZmtpError("a message before the handshake")
        self._parts.append(body)
        self._message_bytes += len(body)
        if flags & _MORE:
            return None
        message, self._parts, self._message_bytes = self._parts, [], 0
        return message

    def _obey(self, command: bytes) -> None:
        name = command[1 : 1 + command[0]] if command else b""
        body = command[1 + len(name) :]
        if name == b"READY" and not self.is_ready:
            self._subscribe(_properties(body))
        elif name == b"ERROR":
            raise ZmtpError(f"the sender refused: {_text(body[1:])}")
        elif not self.is_ready:
            raise ZmtpError("broken handshake")
        elif name == b"PING":
            self._send(b"\x04PONG" + body[2:18], _COMMAND)

    def _subscribe(self, properties: dict[bytes, bytes]) -> None:
        kind = properties.get(b"socket-type", b"nothing")
        if kind not in _PUBLISHERS:
            raise ZmtpError(f"a {_text(kind)} socket answers there, not a publisher")
        self.is_ready = True
        for topic in self._topics:
            self._send(b"\x01" + topic)

    def _send(self, body: bytes, flags: int = 0) -> None:
        if len(body) < 256:
            self._outgoing += bytes([flags, len(body)]) + body
        else:
            self._outgoing += bytes([flags | _LONG]) + len(body).to_bytes(8, "big") + body


def _properties(body: bytes) -> dict[bytes, bytes]:
    """READY's properties, names in lower case."""
    found, at = {}, 0
    while at < len(body):
        name_end = at + 1 + body[at]
        value_end = name_end + 4 + int.from_bytes(body[name_end : name_end + 4], "big")
        if value_end > len(body):
            raise ZmtpError("broken handshake")
        found[body[at + 1 : name_end].lower()] = body[name_end + 4 : value_end]
        at = value_end
    return found


def _text(peer_says: bytes) -> str:
    """What a peer says, safe to show."""
    shown = peer_says[:60].decode("ascii", "replace")
    return "".join(c if c.isprintable() else "?" for c in shown)
