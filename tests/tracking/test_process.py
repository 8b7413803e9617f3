"""The tracking loop on real sockets, and as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from adapting_people import LONG_LEGS, factors, stream
from seen_people import Actor, seen
from tracking_studio import LOCAL, Studio, read

import tracking.process
from livemocap.bus import ControlServer, OrderedSubscriber, Publisher, request
from livemocap.lifecycle import StopToken
from livemocap.messages import (
    ControlReply,
    ControlRequest,
    EndOfStream,
    PoseFrame,
    TrackFrame,
)
from tracking.config import TrackingConfig
from tracking.tracker import Tracker


@pytest.fixture
def studio():
    made = Studio()
    yield made
    made.close()


def test_every_pose_becomes_a_track_and_the_end_is_passed_on(studio: Studio) -> None:
    for k in range(20):
        studio.poses[0].send("pose/cam0", seen([Actor(0, -4)], k / 30, k))
    studio.poses[0].send("pose/cam0", EndOfStream(camera_id="cam0", frames=20))
    assert studio.process.run(StopToken(), strict=True) == 0
    messages = read(studio.tracks, EndOfStream)
    assert [m.sequence for m in messages if isinstance(m, TrackFrame)] == list(range(20))
    assert isinstance(messages[-1], EndOfStream)
    values = studio.metrics.snapshot().values
    assert (values["frames"], values["people"], values["gaps"]) == (20, 1, 0)


def test_a_frame_that_fails_is_survived_and_counted(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_push = Tracker.push

    def push(tracker: Tracker, frame: PoseFrame) -> list[TrackFrame]:
        if frame.sequence == 1:
            raise ArithmeticError("a bad frame")
        return real_push(tracker, frame)

    monkeypatch.setattr(Tracker, "push", push)
    for k in range(3):
        studio.poses[0].send("pose/cam0", seen([Actor(0, -4)], k / 30, k))
    studio.poses[0].send("pose/cam0", EndOfStream(camera_id="cam0", frames=3))
    assert studio.process.run(StopToken()) == 1
    messages = read(studio.tracks, EndOfStream)
    assert [m.sequence for m in messages if isinstance(m, TrackFrame)] == [0, 2]
    assert studio.metrics.snapshot().values["failed"] == 1


def test_lost_poses_are_counted(studio: Studio) -> None:
    for k in (0, 1, 5):
        studio.poses[0].send("pose/cam0", seen([Actor(0, -4)], k / 30, k))
    studio.poses[0].send("pose/cam0", EndOfStream(camera_id="cam0", frames=6))
    studio.process.run(StopToken(), strict=True)
    assert studio.metrics.snapshot().values["gaps"] == 3


def test_two_cameras_share_ids_and_end_together() -> None:
    studio = Studio(("left", "right"))
    for publisher, camera in zip(studio.poses, ("left", "right"), strict=True):
        publisher.send(f"pose/{camera}", seen([Actor(0, -4)], camera_id=camera))
        publisher.send(f"pose/{camera}", EndOfStream(camera_id=camera, frames=1))
    studio.process.run(StopToken(), strict=True)
    messages = read(studio.tracks, EndOfStream, times=2)
    ids = {m.camera_id: m.track_ids.tolist() for m in messages if isinstance(m, TrackFrame)}
    assert sorted(ids) == ["left", "right"]
    assert sorted(ids.values()) == [[1], [2]]
    studio.close()


def test_what_is_told_of_adaptation_is_of_all_cameras() -> None:
    """One of them sends no evidence: that is said, and what the other found still counts."""
    cameras, frames = ("left", "right"), stream(3, factors(**LONG_LEGS))
    config = TrackingConfig(adapt="on", adapt_steps=2)
    studio = Studio(cameras, config=config)
    for publisher, camera in zip(studio.poses, cameras, strict=True):
        told = {} if camera == "left" else {"keypoints_px": np.zeros((1, 0, 3), np.float32)}
        for frame in frames:
            publisher.send(f"pose/{camera}", replace(frame, camera_id=camera, **told))
        publisher.send(f"pose/{camera}", EndOfStream(camera_id=camera, frames=len(frames)))
    studio.process.run(StopToken(), strict=True)
    values = studio.metrics.snapshot().values
    assert values["adapt_swaps"] > 0
    assert values["adapt_job_ms"] > 0
    assert "sends no keypoints" in values["adapt"]
    studio.close()


def two_frames(studio: Studio) -> None:
    for k in range(2):
        studio.poses[0].send("pose/cam0", seen([Actor(0, -4)], k / 30, k))
    studio.poses[0].send("pose/cam0", EndOfStream(camera_id="cam0", frames=2))


def test_a_guest_who_comes_late_misses_nothing() -> None:
    studio = Studio(guests=1)
    two_frames(studio)
    running = threading.Thread(target=studio.process.run, args=(StopToken(),))
    running.start()
    time.sleep(0.3)
    with OrderedSubscriber([studio.output.endpoint], ["track"]) as guest:
        assert len(read(guest, EndOfStream)) == 3
    running.join()
    studio.close()


def test_a_guest_who_never_comes_holds_up_nobody_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracking.process, "GUESTS_TIMEOUT_S", 0.3)
    studio = Studio(guests=1)
    two_frames(studio)
    assert studio.process.run(StopToken(), strict=True) == 0
    assert len(read(studio.tracks, EndOfStream)) == 3
    studio.close()


def start(role: str, studio: Path, *flags: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "livemocap", role, str(studio), *flags]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def test_the_role_tracks_until_the_end_and_leaves(studio_file) -> None:
    path, network = studio_file("[network]\ntrack_readers = 1\n[[camera]]\nid = 'cam0'\n")
    role = start("track", path, "--strict")
    with (
        OrderedSubscriber([network.track()], ["track"]) as tracks,
        Publisher(network.pose(0)) as poses,
    ):
        poses.wait_for_subscribers(1, 60.0)
        for k in range(5):
            poses.send("pose/cam0", seen([Actor(0, -4)], k / 30, k))
        poses.send("pose/cam0", EndOfStream(camera_id="cam0", frames=5))
        assert len(read(tracks, EndOfStream)) == 6
    assert role.wait(60) == 0, role.stderr.read() if role.stderr else ""


def test_an_unknown_setting_is_one_line_and_code_2(studio_file) -> None:
    path, _ = studio_file("[tracking]\nmax_lost = 3\n[[camera]]\n")
    role = start("track", path)
    assert role.wait(60) == 2
    assert role.stderr
    assert role.stderr.read().strip().splitlines()[-1] == (
        "livemocap: error: [tracking]: unknown key 'max_lost'. Did you mean 'max_lost_s'?"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_ctrl_c_ends_the_role_with_code_0(studio_file) -> None:
    path, network = studio_file("[[camera]]\n")
    role = start("track", path)
    with Publisher(network.pose(0)) as poses:
        poses.wait_for_subscribers(1, 60.0)
    role.send_signal(signal.SIGINT)
    assert role.wait(3) == 0


def test_what_is_held_back_comes_before_the_end() -> None:
    studio = Studio(config=TrackingConfig(mode="broadcast"))
    try:
        for k in range(20):
            studio.poses[0].send("pose/cam0", seen([Actor(0, -4)], k / 30, k))
        studio.poses[0].send("pose/cam0", EndOfStream(camera_id="cam0", frames=20))
        assert studio.process.run(StopToken(), strict=True) == 0
        *frames, end = read(studio.tracks, EndOfStream)
        assert [f.sequence for f in frames if isinstance(f, TrackFrame)] == list(range(20))
        assert isinstance(end, EndOfStream)
    finally:
        studio.close()


def test_users_say_who_is_who_over_a_socket() -> None:
    with ControlServer(LOCAL) as control:
        studio = Studio(control=control)
        try:
            for k in range(5):
                studio.poses[0].send("pose/cam0", seen([Actor(0, -4), Actor(1, -4)], k / 30, k))
            loop = threading.Thread(target=studio.process.run, args=(StopToken(),))
            loop.start()
            read(studio.tracks, TrackFrame, 5)
            reply = request(control.endpoint, people("name", id=2, name="anna"), 60.0)
            assert isinstance(reply, ControlReply)
            assert reply.ok, reply
            refused = request(control.endpoint, people("swap", id=1, other=7), 60.0)
            assert isinstance(refused, ControlReply)
            assert not refused.ok
            assert "known are 1, 2" in refused.message
            request(control.endpoint, people("swap", id=1, other=2), 60.0)
            before = places(read_last(studio, 5))
            studio.poses[0].send("pose/cam0", EndOfStream(camera_id="cam0", frames=6))
            loop.join(60.0)
            assert not loop.is_alive()
            assert before == {1: 1.0, 2: 0.0}
        finally:
            studio.close()


def people(command: str, **arguments: int | str) -> ControlRequest:
    return ControlRequest(command=f"people.{command}", arguments=arguments)


def read_last(studio: Studio, k: int) -> TrackFrame:
    """What comes of one more image."""
    studio.poses[0].send("pose/cam0", seen([Actor(0, -4), Actor(1, -4)], k / 30, k))
    (frame,) = read(studio.tracks, TrackFrame)
    assert isinstance(frame, TrackFrame)
    assert frame.names == {"2": "anna"}
    return frame


def places(frame: TrackFrame) -> dict[int, float]:
    return dict(zip(frame.track_ids.tolist(), frame.pelvis[:, 0].round(1).tolist(), strict=True))
