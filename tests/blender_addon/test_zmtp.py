"""The protocol by itself: bytes in, messages and bytes out. Peers with real sockets: see
test_subscriber.py."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.stream import zmtp
from blender_addon.stream.zmtp import SubscriberProtocol, ZmtpError


def greeting(minor: int = 1, mechanism: bytes = b"NULL", major: int = 3) -> bytes:
    signature = b"\xff" + bytes(8) + b"\x7f"
    return signature + bytes([major, minor]) + mechanism.ljust(20, b"\0") + bytes(32)


def frame(body: bytes, flags: int = 0) -> bytes:
    if len(body) < 256:
        return bytes([flags, len(body)]) + body
    return bytes([flags | 2]) + len(body).to_bytes(8, "big") + body


def ready(kind: bytes = b"XPUB", name: bytes = b"Socket-Type") -> bytes:
    value = len(kind).to_bytes(4, "big") + kind
    return frame(b"\x05READY" + bytes([len(name)]) + name + value, 4)


def message(*parts: bytes) -> bytes:
    return b"".join(frame(part, int(i < len(parts) - 1)) for i, part in enumerate(parts))


def connected() -> SubscriberProtocol:
    protocol = SubscriberProtocol([b"track"])
    assert protocol.feed(greeting() + ready()) == []
    protocol.take_outgoing()
    return protocol


def test_it_greets_then_says_what_it_is_then_subscribes() -> None:
    protocol = SubscriberProtocol([b"track", b"pose/"])
    assert protocol.take_outgoing()[:32] == greeting(minor=0)[:32]
    protocol.feed(greeting())
    said = protocol.take_outgoing()
    assert said[0] == 4
    assert b"READY" in said
    assert b"\x0bSocket-Type\x00\x00\x00\x03SUB" in said
    assert not protocol.is_ready
    protocol.feed(ready())
    assert protocol.take_outgoing() == frame(b"\x01track") + frame(b"\x01pose/")
    assert protocol.is_ready


messages = st.lists(
    st.lists(st.one_of(st.binary(max_size=20), st.binary(min_size=250, max_size=700)), min_size=1),
    max_size=5,
)


@given(messages, st.lists(st.integers(1, 200), min_size=1))
def test_messages_come_whole_however_tcp_cuts_them(
    sent: list[list[bytes]], cuts: list[int]
) -> None:
    stream = greeting() + ready() + b"".join(message(*parts) for parts in sent)
    protocol, received, at, turn = SubscriberProtocol([b""]), [], 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        received += protocol.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert received == sent


@settings(max_examples=500)
@given(st.binary(max_size=200), st.integers(0, 3))
def test_whatever_arrives_only_zmtp_errors_come_of_it(noise: bytes, how_far: int) -> None:
    start = (b"", b"\xff" + bytes(8) + b"\x7f\x03\x01", greeting(), greeting() + ready())[how_far]
    protocol = SubscriberProtocol([b"track"])
    try:
        protocol.feed(start + noise)
        protocol.feed(noise)
    except ZmtpError:
        return
    protocol.take_outgoing()


@given(st.data())
def test_a_flipped_byte_in_a_stream_does_no_more_than_that(data: st.DataObject) -> None:
    stream = bytearray(greeting() + ready() + message(b"track", b"a" * 300, b"") * 2)
    stream[data.draw(st.integers(0, len(stream) - 1))] ^= data.draw(st.integers(1, 255))
    protocol = SubscriberProtocol([b"track"])
    try:
        protocol.feed(bytes(stream))
    except ZmtpError:
        return
    assert len(protocol._incoming) <= len(stream)


def test_a_ping_is_answered_with_its_own_context() -> None:
    protocol = connected()
    assert protocol.feed(frame(b"\x04PING\x00\x10context!", 4)) == []
    assert protocol.take_outgoing() == frame(b"\x04PONGcontext!", 4)


def test_pings_between_the_parts_of_a_message_do_not_break_it() -> None:
    protocol = connected()
    stream = frame(b"track", 1) + frame(b"\x04PING\x00\x10", 4) + frame(b"x")
    assert protocol.feed(stream) == [[b"track", b"x"]]


@pytest.mark.parametrize(("minor", "answers"), [(0, False), (1, True)])
def test_only_peers_that_know_pings_are_asked_for_signs_of_life(minor: int, answers: bool) -> None:
    protocol = SubscriberProtocol([b"track"])
    protocol.feed(greeting(minor) + ready(name=b"SOCKET-TYPE"))
    assert protocol.answers_pings is answers


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "something else than ZeroMQ"),
        (b"\xff" + bytes(8) + b"\x00", "something else than ZeroMQ"),
        (greeting(major=1), "older than version 4"),
        (greeting(mechanism=b"CURVE"), "asks for CURVE keys"),
        (greeting() + ready(b"PUSH"), "a PUSH socket answers"),
        (greeting() + ready(b"PU\nSH"), r"a PU\?SH socket answers"),
        (greeting() + frame(b"\x05ERROR\x07go away", 4), "refused: go away"),
        (greeting() + message(b"track", b"early"), "before the handshake"),
        (greeting() + frame(b"\x04PING\x00\x00", 4), "broken handshake"),
        (greeting() + frame(b"\x05READY\x0bSocket-Type\xff\xff\xff\xff", 4), "broken handshake"),
        (greeting() + ready() + b"\x80\x00", "broken frame"),
        (greeting() + ready() + b"\x05\x00", "broken frame"),
        (greeting() + ready() + b"\x02\x7f" + bytes(7), "larger than any"),
        (greeting() + ready() + frame(b"", 1) * (zmtp.MAX_PARTS + 1), "larger than any"),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, str) else None,
)
def test_a_peer_that_is_no_publisher_of_ours_is_named(stream: bytes, said: str) -> None:
    with pytest.raises(ZmtpError, match=said):
        SubscriberProtocol([b"track"]).feed(stream)


def test_no_message_grows_beyond_its_bound_by_small_parts() -> None:
    protocol = connected()
    part = frame(bytes(zmtp.MAX_MESSAGE_BYTES // 4), 1)
    for _ in range(4):
        protocol.feed(part)
    with pytest.raises(ZmtpError, match="larger than any"):
        protocol.feed(part)
