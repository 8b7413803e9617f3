"""Inference killed in the middle of a batch and started again: nobody else notices for long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import slow_infer
from clips import write_clip
from commands import own_network, started, wait_until

from livemocap.bus import TRACK, OrderedSubscriber
from livemocap.messages import TrackFrame

START_S = 120.0
"""Processes have started by then also where many do so at once; nothing depends on it."""
BACK_S = 5.0
"""How soon the stream must be back once the model is loaded."""
LOAD_S, BATCH_S = 0.5, 0.2
CAMERAS = ("left", "right")
People = dict[int, int]
"""Who is where: track id to the nearest metre along the world's x."""
THERE = [-1, 1]
"""Where the two of each camera are, give or take half a metre of swaying."""
ALIVE = ("capture0", "capture1", "track", "record")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One round of what the stand-in understands, 15 images a second."""
    times_s = [k / 15 for k in range(round(15 * slow_infer.ROUND_S))]
    images = [slow_infer.picture(t_s) for t_s in times_s]
    times_ms = [round(1000 * t_s) for t_s in times_s]
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", images, times_ms)


def studio_of(clip: Path, takes: Path) -> str:
    cameras = [f'[[camera]]\nid = "{n}"\nsource = "{clip}"\nloop = true\n' for n in CAMERAS]
    record = f'[record]\ndirectory = "{takes}"\nname = "one"\nstart = true\n'
    return "\n".join([*cameras, '[inference]\nengine = "aios"\nbatch = 4\n', record])


@contextmanager
def inference(busy: Path, log: Path, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """The slow stand-in; what it logs is in `log`."""
    options = (busy, LOAD_S, BATCH_S, "infer", *arguments)
    with started(*options, log=log, script=Path(slow_infer.__file__)) as process:
        yield process


def newest_people(tracks: OrderedSubscriber, after_ns: int, timeout_s: float) -> dict[str, People]:
    """Each camera's people, from the last frame of a handful that were grabbed after a time."""
    counts: dict[str, int] = dict.fromkeys(CAMERAS, 0)
    found: dict[str, People] = {}
    deadline = time.monotonic() + timeout_s
    while min(counts.values()) < 5:
        assert time.monotonic() < deadline, f"{counts} frames came"
        message = tracks.poll(0.2)
        frame = message[1] if message else None
        if isinstance(frame, TrackFrame) and frame.t_grab_ns > after_ns:
            counts[frame.camera_id] += 1
            places = frame.pelvis[:, 0].round().astype(int).tolist()
            found[frame.camera_id] = dict(zip(frame.track_ids.tolist(), places, strict=True))
    return found


def kill_in_mid_batch(process: subprocess.Popen[bytes], busy: Path) -> None:
    """Stop it while it works on both cameras, which nobody can be late for, and only then kill."""
    while True:
        wait_until(lambda: says(busy) == "2", START_S, "a batch of both cameras")
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        if says(busy) == "2":
            break
        process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait()


def test_inference_killed_in_mid_batch_comes_back_with_the_same_people(
    clip: Path, tmp_path: Path
) -> None:
    network, ports = own_network(len(CAMERAS))
    studio, busy = tmp_path / "studio.toml", tmp_path / "busy"
    studio.write_text(studio_of(clip, tmp_path / "takes"), "utf-8")
    logs = {name: tmp_path / f"{name}.log" for name in (*ALIVE, "first", "second")}
    with ExitStack() as stack:
        roles = {
            name: stack.enter_context(started(name, studio, *ports, log=logs[name]))
            for name in ("record", "track")
        }
        for k in range(len(CAMERAS)):
            capture = started("capture", studio, "--index", k, *ports, log=logs[f"capture{k}"])
            roles[f"capture{k}"] = stack.enter_context(capture)
        tracks = stack.enter_context(OrderedSubscriber([network.track()], [TRACK]))
        with inference(busy, logs["first"], studio, *ports) as first:
            before = newest_people(tracks, 0, START_S)
            kill_in_mid_batch(first, busy)
        killed_ns = time.monotonic_ns()
        assert busy.exists()
        with inference(busy, logs["second"], studio, *ports):
            wait_until(lambda: "ready" in logs["second"].read_text(), START_S, "inference")
            after = newest_people(tracks, killed_ns, BACK_S)
        assert all(role.poll() is None for role in roles.values())
    assert [sorted(people.values()) for people in before.values()] == [THERE, THERE]
    assert after == before
    for name in ALIVE:
        assert "Traceback" not in logs[name].read_text()
        assert "ERROR" not in logs[name].read_text()


def says(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
