"""The bus over real loopback sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import zmq
from samples import image_frame, pose_frame, track_frame

from livemocap import bus
from livemocap.messages import ControlReply, ControlRequest, EndOfStream, PoseFrame

ANY_PORT = "tcp://127.0.0.1:0"


@pytest.fixture
def publisher() -> Iterator[bus.Publisher]:
    with bus.Publisher(ANY_PORT) as opened:
        yield opened


def sequence_of(found: tuple[str, object] | None) -> int:
    assert found is not None
    assert isinstance(found[1], PoseFrame)
    return found[1].sequence


def publisher_at(endpoint: str) -> bus.Publisher:
    """A publisher on a port that a closed socket is only about to leave."""
    deadline = time.monotonic() + 3
    while True:
        try:
            return bus.Publisher(endpoint)
        except bus.BusError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_an_ordered_subscriber_gets_every_message_in_order(publisher: bus.Publisher) -> None:
    with bus.OrderedSubscriber([publisher.endpoint], ["pose/"]) as reader:
        publisher.wait_for_subscribers(1, 3)
        for i in range(500):
            publisher.send("pose/cam0", pose_frame(1, i))
        assert [sequence_of(reader.poll(2)) for _ in range(500)] == list(range(500))
        assert reader.gaps == 0


def test_gaps_in_the_sequence_are_counted_for_each_camera(publisher: bus.Publisher) -> None:
    with bus.OrderedSubscriber([publisher.endpoint], [""]) as reader:
        publisher.wait_for_subscribers(1, 3)
        for i in (0, 1, 4):
            publisher.send("pose/a", pose_frame(1, i, camera_id="a"))
            publisher.send("pose/b", pose_frame(1, 2 * i, camera_id="b"))
        for _ in range(6):
            assert reader.poll(2)
        assert reader.gaps == 2 + 1 + 5


def test_a_slow_reader_of_the_newest_sees_the_last_message_not_the_first(
    publisher: bus.Publisher,
) -> None:
    with bus.NewestSubscriber([publisher.endpoint], ["pose/"]) as reader:
        publisher.wait_for_subscribers(1, 3)
        for i in range(200):
            publisher.send("pose/cam0", pose_frame(1, i))
        deadline = time.monotonic() + 3
        while reader.overwritten < 199 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert sequence_of(reader.poll(1)) == 199
        assert reader.poll(0.05) is None


def test_cameras_do_not_overwrite_each_other_and_the_end_overwrites_nothing(
    publisher: bus.Publisher,
) -> None:
    with bus.NewestSubscriber([publisher.endpoint], ["pose/"]) as reader:
        publisher.wait_for_subscribers(1, 3)
        publisher.send("pose/a", pose_frame(1, 7, camera_id="a"))
        publisher.send("pose/b", pose_frame(1, 8, camera_id="b"))
        publisher.send("pose/a", EndOfStream(camera_id="a", frames=8))
        time.sleep(0.2)
        found = [reader.poll(1) for _ in range(3)]
        assert [(f[0], type(f[1]).__name__) for f in found if f] == [
            ("pose/a", "PoseFrame"),
            ("pose/b", "PoseFrame"),
            ("pose/a", "EndOfStream"),
        ]


def test_malformed_messages_are_counted_and_skipped(publisher: bus.Publisher) -> None:
    with bus.OrderedSubscriber([publisher.endpoint], [""]) as reader:
        publisher.wait_for_subscribers(1, 3)
        for parts in ([b"pose/x"], [b"pose/x", b"junk"], [b"\xff\xfe", b"junk", b""]):
            publisher._socket.send_multipart(parts)
        publisher.send("pose/cam0", pose_frame(1, 5))
        found = None
        for _ in range(4):
            found = reader.poll(1)
        assert sequence_of(found) == 5
        assert reader.malformed == 3


def test_a_restarted_publisher_is_found_again() -> None:
    first = bus.Publisher(ANY_PORT)
    with bus.OrderedSubscriber([first.endpoint], ["track"]) as reader:
        first.wait_for_subscribers(1, 3)
        first.close()
        with publisher_at(first.endpoint) as second:
            found, deadline = None, time.monotonic() + 3
            while not found and time.monotonic() < deadline:
                second.send("track", track_frame(1, 3))
                found = reader.poll(0.05)
            assert found


def test_waiting_for_readers_that_never_come_says_how_many_did(publisher: bus.Publisher) -> None:
    with (
        bus.OrderedSubscriber([publisher.endpoint], ["pose/"]),
        pytest.raises(bus.BusError, match="1 of 2 readers"),
    ):
        publisher.wait_for_subscribers(2, 0.5)


def test_credit_hands_out_every_message_and_no_more_than_was_asked_for() -> None:
    given = []
    with bus.CreditServer(ANY_PORT) as server, bus.CreditReader(server.endpoint, ahead=2) as reader:
        reader.poll(0)

        def serve() -> None:
            while (who := server.wait_for_request(0.3)) is not None:
                given.append(len(given))
                server.reply(who, "image/cam0", pose_frame(1, given[-1]))

        thread = threading.Thread(target=serve)
        thread.start()
        time.sleep(0.1)
        assert len(given) == 2  # the reader has asked for two and read none
        assert [sequence_of(reader.poll(2)) for _ in range(20)] == list(range(20))
        thread.join()


def test_a_control_request_is_answered_and_junk_is_refused() -> None:
    with bus.ControlServer(ANY_PORT) as server:
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                server.serve(lambda r: ControlReply(ok=True, message=r.command), 0.05)

        thread = threading.Thread(target=serve)
        thread.start()
        reply = bus.request(server.endpoint, ControlRequest(command="record.status"))
        refused = bus.request(server.endpoint, image_frame())
        stop.set()
        thread.join()
    assert isinstance(reply, ControlReply)
    assert reply.message == "record.status"
    assert isinstance(refused, ControlReply)
    assert not refused.ok


def test_nobody_at_the_other_end_is_said_in_time(publisher: bus.Publisher) -> None:
    with bus.CreditServer(ANY_PORT) as free:
        endpoint = free.endpoint
    with pytest.raises(bus.BusError, match="no answer"):
        bus.request(endpoint, ControlRequest(command="record.stop"), 0.2)


def test_a_port_in_use_is_said_with_what_to_do(publisher: bus.Publisher) -> None:
    with pytest.raises(bus.BusError, match="Is another livemocap running"):
        bus.Publisher(publisher.endpoint)


@pytest.mark.parametrize("host", ["0.0.0.0", "*", "10.0.0.1", "[::]", "example.org"])
def test_listening_beyond_this_machine_is_refused_with_the_reason(host: str) -> None:
    for kind in (bus.Publisher, bus.CreditServer, bus.ControlServer):
        with pytest.raises(bus.BusError, match="not encrypted"):
            kind(f"tcp://{host}:47899")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.7", "localhost", "[::1]"])
def test_loopback_is_allowed(host: str) -> None:
    endpoint = f"tcp://{host}:47899"
    assert bus.require_loopback(endpoint) == endpoint


def test_sockets_close_twice_without_harm(publisher: bus.Publisher) -> None:
    for socket in (bus.OrderedSubscriber([publisher.endpoint], [""]), bus.CreditServer(ANY_PORT)):
        socket.close()
        socket.close()
    assert isinstance(publisher._socket, zmq.Socket)
