"""The recorder as a process of its own: asked, stopped, killed, and out of disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import pose_frame, track_frame
from waiting import wait_for

from livemocap import bus
from livemocap.cli.main import main
from livemocap.config import NetworkConfig
from livemocap.lifecycle import StopToken
from livemocap.messages import ControlReply, ControlRequest, EndOfStream
from livemocap.metrics import MetricsCollector
from livemocap.take import TakeReader
from livemocap.take_repair import recover, summarize
from tracking.record_process import RecordProcess
from tracking.recorder import Recorder


class Stage:
    """Publishes poses and tracks as inference and tracking do."""

    def __init__(self, network: NetworkConfig) -> None:
        self.network = network
        self._pose, self._track = bus.Publisher(network.pose(0)), bus.Publisher(network.track())
        self.sequence = 0

    def wait(self, for_poses: bool = True) -> None:
        """Until the recorder listens."""
        self._pose.wait_for_subscribers(int(for_poses), 60.0)
        self._track.wait_for_subscribers(1, 60.0)

    def play(self, frames: int, fps: float = 0.0, people: int = 2) -> None:
        for _ in range(frames):
            self._pose.send("pose/cam0", pose_frame(people, self.sequence))
            self._track.send("track", track_frame(people, self.sequence))
            self.sequence += 1
            time.sleep(1 / fps if fps else 0)

    def end(self) -> None:
        ended = EndOfStream(camera_id="cam0", frames=self.sequence)
        self._pose.send("pose/cam0", ended)
        self._track.send("track", ended)

    def ask(self, command: str, **arguments: object) -> ControlReply:
        asked = ControlRequest(command=f"record.{command}", arguments=arguments)
        reply = bus.request(self.network.control(), asked, timeout_s=10)
        assert isinstance(reply, ControlReply)
        return reply

    def wait_until_recorded(self, messages: int) -> None:
        deadline = time.monotonic() + 60
        while self.ask("status").values.get("messages", 0) < messages:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def close(self) -> None:
        self._pose.close()
        self._track.close()


class Studio:
    def __init__(self, path: Path, network: NetworkConfig, takes: Path) -> None:
        self.takes = takes
        self.stage = Stage(network)
        command = [sys.executable, "-m", "livemocap", "record", str(path)]
        self.recorder = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def close(self) -> None:
        self.recorder.kill()
        self.recorder.wait()
        self.stage.close()


@pytest.fixture
def studio_in(studio_file, tmp_path: Path) -> Iterator[object]:
    """Starts a recorder whose takes go into a folder."""
    opened: list[Studio] = []

    def start(settings: str = "", takes: Path | None = None) -> Studio:
        takes = takes or tmp_path / "takes"
        text = f"[[camera]]\n[record]\ndirectory = '{takes.as_posix()}'\n{settings}"
        opened.append(Studio(*studio_file(text), takes))
        opened[-1].stage.wait(for_poses="topics" not in settings)
        return opened[-1]

    yield start
    for studio in opened:
        studio.close()


def test_a_take_is_started_and_stopped_on_request(studio_in, capsys, tmp_path: Path) -> None:
    studio = studio_in()
    stage: Stage = studio.stage
    stage.play(5)
    config = ["--config", str(tmp_path / "studio.toml")]
    assert main(["record", "start", "duet", *config]) == 0
    stage.play(40)
    stage.wait_until_recorded(80)
    assert main(["record", "status", *config]) == 0
    assert main(["record", "start", *config]) == 2
    assert main(["record", "stop", *config]) == 0
    assert main(["record", "stop", *config]) == 2
    told = capsys.readouterr()
    assert "duet.mcap" in told.out
    assert "state     recording" in told.out
    assert "is being recorded already" in told.err
    assert "nothing is being recorded" in told.err
    summary = summarize(studio.takes / "duet.mcap")
    assert (summary.counts["pose/cam0"], summary.counts["track"]) == (40, 40)
    assert (summary.gaps, summary.damage) == (0, "")


def test_a_finite_stream_is_recorded_to_its_last_message(studio_in) -> None:
    studio = studio_in("start = true\nname = 'all'\n")
    studio.stage.play(100)
    studio.stage.end()
    assert studio.recorder.wait(60) == 0
    summary = summarize(studio.takes / "all.mcap")
    assert dict(summary.counts) == {"pose/cam0": 101, "track": 101}
    assert "start = true" in summary.metadata["config"]["studio.toml"]


def test_topics_can_be_left_out(studio_in) -> None:
    studio = studio_in("start = true\nname = 'a'\ntopics = ['track']\n")
    studio.stage.play(10)
    studio.stage.end()
    assert studio.recorder.wait(60) == 0
    assert list(summarize(studio.takes / "a.mcap").counts) == ["track"]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_ctrl_c_completes_the_take(studio_in) -> None:
    studio = studio_in("start = true\nname = 'a'\n")
    studio.stage.play(50)
    studio.stage.wait_until_recorded(100)
    studio.recorder.send_signal(signal.SIGINT)
    assert studio.recorder.wait(3) == 0
    summary = summarize(studio.takes / "a.mcap")
    assert (summary.counts["track"], summary.damage) == (50, "")


def test_a_killed_recorder_loses_the_last_second_at_most(studio_in) -> None:
    studio = studio_in("start = true\nname = 'a'\n")
    studio.stage.play(90, fps=60)
    studio.stage.wait_until_recorded(180)
    studio.recorder.kill()
    studio.recorder.wait()
    assert [p.name for p in studio.takes.iterdir()] == ["a.mcap.part"]
    saved, _ = recover(studio.takes / "a.mcap.part")
    frames = [frame.sequence for frame in TakeReader(saved).tracks()]
    assert frames == list(range(len(frames)))
    assert len(frames) > 90 - 60


def test_a_killed_recorder_of_a_stream_that_paused_lost_nothing(studio_in) -> None:
    studio = studio_in("start = true\nname = 'a'\n")
    studio.stage.play(10)
    studio.stage.wait_until_recorded(20)
    part = studio.takes / "a.mcap.part"
    wait_for(lambda: summarize(part).counts.get("track") == 10)
    studio.recorder.kill()
    studio.recorder.wait()
    assert summarize(part).counts["track"] == 10


def test_a_full_disk_is_reported_and_survived(studio_in, tmp_path: Path) -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    try:
        studio = studio_in("start = true\nname = 'a'\n", disk)
        for _ in range(100):
            studio.stage.play(10, people=8)
            if studio.stage.ask("status").values["state"] == "failed":
                break
            time.sleep(0.1)
        status = studio.stage.ask("status").values
        assert "No space left" in status["note"]
        assert studio.recorder.poll() is None
        summary = summarize(disk / "a.mcap")
        assert summary.damage == ""
        assert sum(summary.counts.values()) == status["messages"] > 10
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_bad_request_is_refused_with_a_reason(studio_in) -> None:
    stage = studio_in().stage
    assert "unknown command" in stage.ask("pause").message
    assert not stage.ask("start", name="../x").ok
    assert stage.ask("status").values["state"] == "idle"


def test_a_folder_that_cannot_be_written_is_one_line_and_code_2(studio_file, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    path, _ = studio_file(f"[[camera]]\n[record]\ndirectory = '{tmp_path / 'file'}'\n")
    command = [sys.executable, "-m", "livemocap", "record", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("livemocap: error: takes cannot go to")


class Scripted:
    """A reader that brings what it was given; `gaps` as a subscriber would count them."""

    def __init__(self, messages: list, gaps: int) -> None:
        self._messages, self.gaps, self.malformed = messages, gaps, 0

    def poll(self, timeout_s: float):
        return self._messages.pop(0) if self._messages else None


def test_images_the_engine_skipped_are_no_gaps_of_the_recording(tmp_path: Path) -> None:
    ended = ("", EndOfStream(camera_id="cam0", frames=1))
    metrics = MetricsCollector("record")
    readers = {"pose": Scripted([ended], 7), "track": Scripted([ended], 9)}
    process = RecordProcess(Recorder(tmp_path), readers, ["cam0"], None, metrics)
    process.run(StopToken(), strict=True)
    values = metrics.snapshot().values
    assert (values["skipped_images"], values["gaps"]) == (7, 2)
