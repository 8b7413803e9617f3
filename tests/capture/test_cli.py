"""The commands as real processes: exit codes, one-line errors, Ctrl-C, kill -9."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clips import NetworkCamera, count_of, counted_images, write_clip

from capture.cli import camera_settings
from livemocap.bus import CreditReader, NewestSubscriber, OrderedSubscriber
from livemocap.messages import EndOfStream, ImageFrame, Metrics
from livemocap.pixels import decode_pixels
from livemocap.ring import PixelsError, RingReader, SharedRingReader


def livemocap(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "livemocap", *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Studio:
    """A studio.toml on free ports, and capture processes that run it."""

    def __init__(self, folder: Path, camera: str, network: str = "") -> None:
        self.image_port, self.metrics_port = free_port(), free_port()
        self.path = folder / "studio.toml"
        self.path.write_text(
            f"[network]\nimage_port = {self.image_port}\nmetrics_port = {self.metrics_port - 4}\n"
            f"{network}\n[[camera]]\n{camera}\n"
        )
        self.processes: list[subprocess.Popen[str]] = []

    @property
    def endpoint(self) -> str:
        return f"tcp://127.0.0.1:{self.image_port}"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            livemocap("capture", str(self.path), *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture
def studios(tmp_path: Path) -> Iterator:
    made: list[Studio] = []

    def make(camera: str, network: str = "") -> Studio:
        made.append(Studio(tmp_path, camera, network))
        return made[-1]

    yield make
    for studio in made:
        studio.close()


SYNTHETIC = 'source = "synthetic"\nwidth = 320\nheight = 240\nfps = 60'


def first_image(studio: Studio) -> tuple[ImageFrame, NewestSubscriber]:
    newest = NewestSubscriber([studio.endpoint], ["image/"])
    found = newest.poll(20.0)
    assert found
    assert isinstance(found[1], ImageFrame)
    return found[1], newest


def test_capture_publishes_images_and_metrics_and_leaves_on_ctrl_c(studios) -> None:
    studio = studios(SYNTHETIC)
    process = studio.start()
    frame, newest = first_image(studio)
    rings = SharedRingReader()
    assert decode_pixels(frame, rings).shape == (240, 320, 3)
    rings.close()
    with OrderedSubscriber([f"tcp://127.0.0.1:{studio.metrics_port}"], ["metrics/"]) as metrics:
        found = metrics.poll(10.0)
    assert found
    assert isinstance(found[1], Metrics)
    assert found[1].values["state"] == "live"
    assert found[1].values["transport"] == "shm"
    process.send_signal(signal.SIGINT)
    _, log = process.communicate(timeout=10)
    assert process.returncode == 0, log
    assert "Traceback" not in log
    newest.close()


def test_flags_override_the_file(studios) -> None:
    studio = studios('source = "7"')
    studio.start("--source", "synthetic", "--camera-size", "64x32", "--rotate", "90", "--mirror")
    frame, newest = first_image(studio)
    assert (frame.width, frame.height) == (32, 64)
    newest.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_killed_capture_leaves_no_shared_memory(studios) -> None:
    studio = studios(SYNTHETIC)
    files_before = set(Path("/dev/shm").iterdir())
    process = studio.start()
    frame, newest = first_image(studio)
    ring = RingReader(frame.shm_name)
    assert set(Path("/dev/shm").iterdir()) == files_before
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    ring.close()
    with pytest.raises(PixelsError):
        RingReader(frame.shm_name)
    token = frame.shm_name.rpartition(":")[2]
    assert not [maps for maps in Path("/proc").glob("[0-9]*/maps") if token in text_of(maps)]
    newest.close()


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def test_a_reader_finds_the_capture_that_was_started_again(studios) -> None:
    studio = studios(SYNTHETIC)
    first = studio.start()
    frame, newest = first_image(studio)
    first.kill()
    first.communicate()
    studio.start()
    rings, again = SharedRingReader(), frame
    deadline = time.monotonic() + 20
    while again.shm_name == frame.shm_name and time.monotonic() < deadline:
        found = newest.poll(1.0)
        if found and isinstance(found[1], ImageFrame):
            again = found[1]
    assert decode_pixels(again, rings).shape == (240, 320, 3)
    rings.close()
    newest.close()


def test_capture_leaves_when_its_supervisor_is_gone(studios) -> None:
    process = studios(SYNTHETIC).start("--supervised")
    process.stdin.close()
    process.stdin = None
    _, log = process.communicate(timeout=10)
    assert process.returncode == 0, log


def test_a_recording_read_without_loss_ends_the_process(studios, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", counted_images(12))
    studio = studios(f'source = "{path}"', "lossless = true")
    process, shown, rings = studio.start(), [], SharedRingReader()
    with CreditReader(studio.endpoint) as reader:
        while not isinstance((found := reader.poll(20.0) or ("", None))[1], EndOfStream):
            assert isinstance(found[1], ImageFrame)
            shown.append(count_of(decode_pixels(found[1], rings)))
    assert shown == list(range(12))
    process.communicate(timeout=10)
    assert process.returncode == 0
    rings.close()


def test_a_file_at_its_own_speed_ends_the_process(studios, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", counted_images(3))
    process = studios(f'source = "{path}"').start()
    _, log = process.communicate(timeout=20)
    assert (process.returncode, "end of file" in log) == (0, True)


def test_a_lost_camera_is_reported_and_the_process_goes_on(studios) -> None:
    camera = NetworkCamera()
    studio = studios(f'source = "{camera.address}"\nreconnect_s = 0.2')
    process = studio.start()
    _, newest = first_image(studio)
    camera.switch_off()
    assert "Trying again" in lines_until(process, "sends no more images")
    camera = NetworkCamera(port=camera.port)
    while newest.poll(0.0):
        pass
    assert newest.poll(20.0)
    assert process.poll() is None
    camera.switch_off()
    newest.close()


def lines_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stderr
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it never said '{words}'")


@pytest.mark.parametrize(
    ("camera", "arguments", "message"),
    [
        ('source = "63"', [], "camera 63"),
        ('source = "EMPTY.mp4"', [], "the file is empty"),
        ("fsp = 30", [], "Did you mean 'fps'"),
        (SYNTHETIC + '\nintrinsics = "none.json"', [], "livemocap calibrate"),
        (SYNTHETIC, ["--set", "network.host=0.0.0.0"], "refused to listen"),
        ('source = "0"', ["--set", "network.lossless=true"], "is for recordings"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_start_is_one_line_and_exit_code_2(
    studios, tmp_path: Path, camera: str, arguments: list[str], message: str
) -> None:
    (tmp_path / "EMPTY.mp4").touch()
    process = studios(camera.replace("EMPTY.mp4", str(tmp_path / "EMPTY.mp4"))).start(*arguments)
    _, log = process.communicate(timeout=30)
    errors = [line for line in log.splitlines() if not line[:2].isdigit()]
    assert process.returncode == 2
    assert len(errors) == 1
    assert errors[0].startswith("livemocap: error:")
    assert message in errors[0]


def test_a_port_in_use_is_one_line_and_exit_code_2(studios) -> None:
    studio = studios(SYNTHETIC)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", studio.image_port))
        taken.listen()
        process = studio.start()
        _, log = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "cannot listen on" in log
    assert "Traceback" not in log


@pytest.mark.parametrize("command", ["capture", "cameras", "calibrate"])
def test_help_shows_an_example(command: str) -> None:
    shown = subprocess.run(livemocap(command, "--help"), capture_output=True, text=True, check=True)
    assert "example" in shown.stdout
    assert f"livemocap {command}" in shown.stdout


def test_cameras_says_what_to_do_when_there_are_none() -> None:
    shown = subprocess.run(livemocap("cameras"), capture_output=True, text=True, check=True)
    assert shown.stdout.strip()
    if not list(Path("/dev").glob("video*")):
        assert "no cameras found" in shown.stdout


def test_flags_leave_other_cameras_alone() -> None:
    import argparse

    args = argparse.Namespace(
        index=1, source="synthetic", fps=None, rotate=None, mirror=None, camera_size=(64, 48)
    )
    tables = {"camera": [{"id": "a"}, {"id": "b", "fps": 10.0}]}
    config = camera_settings(args, tables)
    assert (config.id, config.source, config.width, config.fps) == ("b", "synthetic", 64, 10.0)
    assert tables["camera"][1] == {"id": "b", "fps": 10.0}
