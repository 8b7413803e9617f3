"""The reconnecting connection against real libzmq sockets, and against peers that misbehave."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message

from blender_addon.stream import subscriber
from blender_addon.stream.subscriber import EndpointError, Subscriber, is_loopback, parse_endpoint


@pytest.fixture
def context() -> Iterator[zmq.Context]:
    with zmq.Context() as context:
        yield context
        context.destroy(linger=0)


def poll_until(
    listening: Subscriber, done: Callable[[list[list[bytes]]], bool], timeout_s: float = 15.0
) -> list[list[bytes]]:
    """Poll until `done` says so of everything received."""
    received: list[list[bytes]] = []
    deadline = time.monotonic() + timeout_s
    while not done(received):
        assert time.monotonic() < deadline, (listening.problem, received)
        received += listening.poll(0.02)
    return received


def connect(endpoint: str, *topics: bytes) -> Subscriber:
    listening = Subscriber(endpoint, topics or [b"track"])
    poll_until(listening, lambda _: listening.connected)
    return listening


def bound(context: zmq.Context, kind: int = zmq.XPUB) -> tuple[zmq.Socket, str]:
    sender = context.socket(kind)
    sender.bind("tcp://127.0.0.1:*")
    return sender, sender.getsockopt_string(zmq.LAST_ENDPOINT)


@pytest.mark.parametrize("kind", [zmq.XPUB, zmq.PUB])
def test_multipart_messages_of_every_size_arrive_as_libzmq_sent_them(
    context: zmq.Context, kind: int
) -> None:
    sender, endpoint = bound(context, kind)
    listening = connect(endpoint)
    sizes = (0, 1, 255, 256, 65_535, 65_536, 1_000_000)
    sent = [[b"track", bytes([i]) * size, b"end"] for i, size in enumerate(sizes)]

    def all_there(received: list[list[bytes]]) -> bool:
        return received[-1:] == sent[-1:]

    poll_until(listening, lambda _: _subscribed(sender))
    for parts in sent:
        sender.send_multipart(parts)
    assert poll_until(listening, all_there) == sent
    listening.close()


def _subscribed(sender: zmq.Socket) -> bool:
    """XPUB says so; for PUB, half a second must do."""
    if sender.type == zmq.XPUB:
        return bool(sender.poll(0)) and sender.recv() == b"\x01track"
    time.sleep(0.5)
    return True


def test_only_subscribed_topics_arrive(context: zmq.Context) -> None:
    sender, endpoint = bound(context)
    listening = connect(endpoint, b"track", b"pose/")
    notices = [sender.recv(), sender.recv()]
    assert sorted(notices) == [b"\x01pose/", b"\x01track"]
    for topic in (b"image/cam0", b"track", b"pose/cam0", b"metrics/track"):
        sender.send_multipart([topic, b""])
    received = poll_until(listening, lambda received: len(received) >= 2)
    assert received + listening.poll(0.05) == [[b"track", b""], [b"pose/cam0", b""]]


def test_leaving_ends_the_subscription(context: zmq.Context) -> None:
    sender, endpoint = bound(context)
    listening = connect(endpoint)
    assert sender.recv() == b"\x01track"
    listening.close()
    assert sender.poll(3000)
    assert sender.recv() == b"\x00track"


def test_heartbeats_of_the_publisher_are_answered(context: zmq.Context) -> None:
    sender = context.socket(zmq.XPUB)
    sender.heartbeat_ivl, sender.heartbeat_timeout = 100, 1000
    monitor = sender.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    sender.bind("tcp://127.0.0.1:*")
    listening = connect(sender.getsockopt_string(zmq.LAST_ENDPOINT))
    until = time.monotonic() + 2.0
    poll_until(listening, lambda _: time.monotonic() > until)
    assert listening.connected
    assert not monitor.poll(0)
    assert monitor.poll(15_000), "no polling, no answers"
    assert recv_monitor_message(monitor)["event"] == zmq.EVENT_DISCONNECTED


def test_a_silent_publisher_is_asked_and_not_given_up(
    context: zmq.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "PING_AFTER_S", 0.1)
    monkeypatch.setattr(subscriber, "DEAD_AFTER_S", 1.5)
    sender, endpoint = bound(context)
    monitor = sender.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    listening = connect(endpoint)
    until = time.monotonic() + 2.5
    poll_until(listening, lambda _: time.monotonic() > until)
    assert listening.connected
    assert not monitor.poll(0), "it hung up and connected anew"


_FROZEN = """
import sys, zmq
sender = zmq.Context().socket(zmq.XPUB)
sender.bind("tcp://127.0.0.1:*")
print(sender.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)
while True:
    if sender.poll(20):
        sender.recv()
    sender.send_multipart([b"track", b"x"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")
def test_a_publisher_that_hangs_is_noticed_and_heard_again_when_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscriber, "PING_AFTER_S", 0.1)
    monkeypatch.setattr(subscriber, "DEAD_AFTER_S", 0.5)
    monkeypatch.setattr(subscriber, "HANDSHAKE_S", 0.5)
    process = subprocess.Popen([sys.executable, "-c", _FROZEN], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        listening = connect(process.stdout.readline().strip())
        poll_until(listening, lambda received: len(received) > 3)
        process.send_signal(signal.SIGSTOP)
        poll_until(listening, lambda _: "not answer" in listening.problem)
        poll_until(listening, lambda _: "does not speak" in listening.problem)
        process.send_signal(signal.SIGCONT)
        poll_until(listening, lambda received: len(received) > 3)
        assert listening.problem == ""
    finally:
        process.kill()
        process.wait()


def test_it_waits_for_a_publisher_and_comes_back_after_each_restart(context: zmq.Context) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    listening = Subscriber(f"tcp://127.0.0.1:{port}", [b"track"])
    for round in range(3):
        poll_until(listening, lambda _: "nobody sends" in listening.problem)
        assert not listening.connected
        sender = context.socket(zmq.XPUB)
        sender.bind(f"tcp://127.0.0.1:{port}")
        poll_until(listening, lambda _, sender=sender: _subscribed(sender))
        sender.send_multipart([b"track", bytes([round])])
        received = poll_until(listening, bool)
        assert received == [[b"track", bytes([round])]]
        assert listening.problem == ""
        sender.close(linger=0)
    listening.close()


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "something else than ZeroMQ"),
        (b"", "does not speak ZeroMQ"),
        (b"\xff" + bytes(8) + b"\x7f\x03\x01NULL", "does not speak ZeroMQ"),
    ],
)
def test_a_stranger_is_named_and_a_publisher_in_its_place_is_heard(
    says: bytes, problem: str, context: zmq.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "HANDSHAKE_S", 0.3)
    monkeypatch.setattr(subscriber, "RETRY_STRANGER_S", 0.1)
    stranger = socket.create_server(("127.0.0.1", 0))
    port = stranger.getsockname()[1]
    guests: list[socket.socket] = []

    def talk() -> None:
        while True:
            try:
                guests.append(stranger.accept()[0])
            except OSError:
                return
            guests[-1].sendall(says)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    listening = Subscriber(f"tcp://127.0.0.1:{port}", [b"track"])
    poll_until(listening, lambda _: problem in listening.problem)
    stranger.shutdown(socket.SHUT_RDWR)
    stranger.close()
    thread.join()
    for guest in guests:
        guest.close()
    sender = context.socket(zmq.XPUB)
    sender.bind(f"tcp://127.0.0.1:{port}")
    poll_until(listening, lambda _: listening.connected)
    assert listening.problem == ""


@pytest.mark.parametrize("kind", [zmq.PUSH, zmq.ROUTER])
def test_a_socket_of_another_kind_is_named_or_refuses(context: zmq.Context, kind: int) -> None:
    _, endpoint = bound(context, kind)
    listening = Subscriber(endpoint, [b"track"])
    poll_until(listening, lambda _: listening.problem not in ("", "connecting"))
    assert not listening.connected


def test_a_publisher_with_keys_is_refused_with_that_reason(context: zmq.Context) -> None:
    sender = context.socket(zmq.XPUB)
    sender.curve_server = True
    sender.curve_secretkey = zmq.curve_keypair()[1]
    sender.bind("tcp://127.0.0.1:*")
    listening = Subscriber(sender.getsockopt_string(zmq.LAST_ENDPOINT), [b"track"])
    poll_until(listening, lambda _: "keys" in listening.problem)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tcp://127.0.0.1:47820", ("127.0.0.1", 47820)),
        (" localhost:1 ", ("localhost", 1)),
        ("tcp://[::1]:9", ("::1", 9)),
        ("tcp://Mocap-PC.local:65535", ("mocap-pc.local", 65535)),
    ],
)
def test_addresses_are_read_with_and_without_tcp(text: str, found: tuple[str, int]) -> None:
    assert parse_endpoint(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tcp://",
        "127.0.0.1",
        "tcp://a:0",
        "tcp://a:70000",
        "ipc://x:1",
        "tcp://a:b",
        "[::1",
        "[a]:1",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(EndpointError, match=r"expected tcp://host:port"):
        parse_endpoint(text)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("tcp://127.0.0.1:1", True),
        ("tcp://127.9.9.9:1", True),
        ("tcp://localhost:1", True),
        ("tcp://[::1]:1", True),
        ("tcp://192.168.0.2:1", False),
        ("tcp://0.0.0.0:1", False),
        ("tcp://localhost.evil.example:1", False),
        ("tcp://[::ffff:8.8.8.8]:1", False),
    ],
)
def test_only_addresses_of_this_machine_count_as_loopback(text: str, stays: bool) -> None:
    assert is_loopback(text) is stays


def test_an_impossible_host_name_is_a_problem_and_no_crash() -> None:
    listening = Subscriber(f"tcp://{'a' * 70}.example:1", [b"track"])
    assert listening.poll(0.01) == []
    assert listening.problem


def test_a_connection_counts_as_none_until_the_new_peer_has_spoken(
    context: zmq.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, endpoint = bound(context)
    listening = connect(endpoint)
    listening._drop("the cable", 0.0)
    seen: list[bool] = []

    class Opening(socket.socket):
        def setsockopt(self, *_: object) -> None:
            seen.append(listening.connected)

    monkeypatch.setattr(socket, "create_connection", lambda *_: Opening())
    listening.poll(0.02)
    assert seen == [False]
    listening.close()
