"""The receiving thread, fed by a real Publisher."""

import subprocess
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from samples import pose_frame, track_frame
from waiting import wait_for

from blender_addon.stream.receiver import Receiver
from blender_addon.stream.subscriber import CONNECT_S, Subscriber
from blender_addon.stream.zmtp import SubscriberProtocol
from livemocap import wire
from livemocap.bus import TRACK, Publisher
from livemocap.messages import EndOfStream, TrackFrame


def test_the_newest_frame_of_each_camera_is_taken_once(
    publisher: Publisher, receiver: Receiver
) -> None:
    for sequence in range(10):
        publisher.send(TRACK, track_frame(3, sequence))
        publisher.send(TRACK, track_frame(1, sequence, camera_id="cam1"))
    wait_for(lambda: receiver.status().frames == 20)
    newest = receiver.take_newest()
    assert {frame.camera_id: frame.sequence for frame in newest} == {"cam0": 9, "cam1": 9}
    np.testing.assert_array_equal(newest[0].joints, track_frame(3, 9).joints)
    assert receiver.take_newest() == []


def test_a_follower_gets_every_packet_as_it_was_sent(
    publisher: Publisher, receiver: Receiver
) -> None:
    queue = receiver.follow()
    sent = [track_frame(2, sequence, seed=sequence) for sequence in range(200)]
    for frame in sent:
        publisher.send(TRACK, frame)
    packets = [queue.get(timeout=5) for _ in sent]
    for packet, frame in zip(packets, sent, strict=True):
        assert [bytes(part) for part in wire.encode(frame)] == packet.parts
    receiver.unfollow(queue)
    publisher.send(TRACK, sent[0])
    wait_for(lambda: receiver.status().frames == 201)
    assert queue.empty()


def test_lost_frames_are_counted_and_a_restarted_sender_loses_none(
    publisher: Publisher, receiver: Receiver
) -> None:
    for sequence in (0, 1, 5, 6, 0, 1, 2):
        publisher.send(TRACK, track_frame(1, sequence))
    wait_for(lambda: receiver.status().frames == 7)
    assert receiver.status().gaps == 3


def test_what_is_malformed_is_counted_and_named_until_a_good_frame_comes(
    publisher: Publisher, receiver: Receiver
) -> None:
    good = wire.encode(track_frame(1))
    rotvecs = np.full((1, 55, 3), np.nan, np.float32)
    for parts in ([b""], good[:-1], [b"\xc1", *good[1:]], []):
        publisher._socket.send_multipart([b"track", *parts])
    publisher.send(TRACK, track_frame(1, joint_rotvecs=rotvecs))
    wait_for(lambda: receiver.status().malformed == 5)
    assert "not finite" in receiver.status().refused
    assert receiver.take_newest() == []
    publisher.send(TRACK, track_frame(1))
    wait_for(lambda: receiver.status().frames == 1)
    assert receiver.status().refused == ""


def test_what_nobody_foresaw_is_counted_and_logged_once_a_second_and_the_thread_goes_on(
    publisher: Publisher,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(wire, "decode", fail)
    monkeypatch.setattr("blender_addon.stream.receiver._LOG_EVERY_NS", 10**12)
    for sequence in range(3):
        publisher.send(TRACK, track_frame(1, sequence))
    wait_for(lambda: receiver.status().malformed == 3)
    assert receiver.status().refused == "RuntimeError: no such thing"
    assert [record.name for record in caplog.records] == ["blender_addon.stream.receiver"]
    monkeypatch.undo()
    publisher.send(TRACK, track_frame(1, 7))
    wait_for(lambda: receiver.take_newest())
    assert receiver.status().refused == ""


def test_a_connection_that_fails_as_nobody_foresaw_is_made_anew(
    publisher: Publisher, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(SubscriberProtocol, "feed", fail)
    publisher.send(TRACK, track_frame(1))
    wait_for(lambda: receiver.status().malformed)
    assert receiver.status().problem == "RuntimeError: no such thing"
    monkeypatch.undo()
    wait_for(lambda: receiver.connected)
    publisher.send(TRACK, track_frame(1, 7))
    wait_for(lambda: receiver.take_newest())


def test_a_stream_of_another_version_is_named(
    publisher: Publisher, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "SCHEMA_VERSION", 99)
    parts = wire.encode(track_frame(1))
    monkeypatch.undo()
    publisher._socket.send_multipart([b"track", *parts])
    wait_for(lambda: receiver.status().refused)
    assert "schema version 99" in receiver.status().refused


def test_other_topics_and_messages_are_no_frames(publisher: Publisher, receiver: Receiver) -> None:
    publisher.send("tracker", track_frame(1))
    publisher.send(TRACK, pose_frame(1))
    publisher.send(TRACK, track_frame(1, 7))
    wait_for(lambda: receiver.status().frames)
    assert [frame.sequence for frame in receiver.take_newest()] == [7]
    assert receiver.status().malformed == 0


def test_the_end_of_a_clip_is_told_and_the_last_frame_kept(
    publisher: Publisher, receiver: Receiver
) -> None:
    publisher.send(TRACK, track_frame(1, 3))
    publisher.send(TRACK, EndOfStream(camera_id="cam0", frames=4))
    wait_for(lambda: receiver.status().ended)
    assert [frame.sequence for frame in receiver.take_newest()] == [3]
    publisher.send(TRACK, track_frame(1, 0))
    wait_for(lambda: not receiver.status().ended)


def test_the_rate_counts_the_last_second(publisher: Publisher, receiver: Receiver) -> None:
    assert receiver.status().silent_s == np.inf
    for sequence in range(12):
        publisher.send(TRACK, track_frame(1, sequence))
    wait_for(lambda: receiver.status().frames == 12)
    assert receiver.status().rate_hz == 12
    wait_for(lambda: receiver.status().rate_hz == 0)
    assert 0.9 < receiver.status().silent_s < 10


def test_a_killed_publisher_is_heard_again_within_two_seconds_of_its_return(
    start_publisher: Callable[..., subprocess.Popen[str]],
) -> None:
    first = start_publisher()
    assert first.stdout
    endpoint = first.stdout.readline().strip()
    receiver = Receiver(endpoint)
    wait_for(receiver.take_newest)
    first.kill()
    first.wait()
    wait_for(lambda: not receiver.status().connected)
    receiver.take_newest()
    source = receiver._source
    assert isinstance(source, Subscriber)
    second = start_publisher(endpoint)
    assert second.stdout
    second.stdout.readline()
    newest: list[TrackFrame] = []
    pauses_s: list[float] = []

    def heard() -> list[TrackFrame]:
        pauses_s.append(source._retry_at_s - time.monotonic())
        newest.extend(receiver.take_newest())
        return newest

    wait_for(heard)
    assert max(pauses_s) + CONNECT_S < 2.0, "all that it waits for itself; the rest is the machine"
    assert receiver.status().problem == ""
    receiver.close()


def test_connecting_and_leaving_many_times_leaves_no_thread(publisher: Publisher) -> None:
    before = threading.active_count()
    for _ in range(20):
        receiver = Receiver(publisher.endpoint)
        publisher.wait_for_subscribers(1, 5.0)
        publisher.send(TRACK, track_frame(1))
        wait_for(lambda receiver=receiver: receiver.status().frames)
        receiver.close()
        assert threading.active_count() == before
        wait_for(lambda: publisher._count_subscriptions(10) or not publisher._subscriptions)
