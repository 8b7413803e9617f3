"""`livemocap run`: a synthetic camera, an engine that answers at once, real processes."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from clips import write_clip
from commands import (
    interrupt,
    is_running,
    listening,
    livemocap,
    own_network,
    roles_below,
    started,
    wait_until,
)

from livemocap.bus import TRACK, OrderedSubscriber
from livemocap.config import NetworkConfig
from livemocap.messages import TrackFrame
from livemocap.take import partial
from livemocap.take_repair import TakeSummary, recover, summarize

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks processes up in /proc"
)
STUDIO = ("run", "--camera", "synthetic", "--engine", "instant", "--no-view")
SMALL = ("--camera-size", "320x240", "--fps", "30")
DOWN_S = 3.0
ROLES = ("capture", "infer", "track", "record")


def frames_of(network: NetworkConfig, count: int, timeout_s: float = 60) -> list[TrackFrame]:
    """The next frames with somebody in them, in order."""
    frames: list[TrackFrame] = []
    deadline = time.monotonic() + timeout_s
    with OrderedSubscriber([network.track()], [TRACK]) as tracks:
        while len(frames) < count:
            assert time.monotonic() < deadline, f"{len(frames)} of {count} frames came"
            found = tracks.poll(0.2)
            if found and isinstance(found[1], TrackFrame) and len(found[1].track_ids):
                frames.append(found[1])
    return frames


def test_two_people_keep_their_ids_in_order_and_every_stage_leaves_its_stamp(
    tmp_path: Path,
) -> None:
    network, ports = own_network()
    with started(*STUDIO, *SMALL, *ports, log=tmp_path / "log"):
        frames = frames_of(network, 40)
        received_ns = time.monotonic_ns()
    sequences = [frame.sequence for frame in frames]
    assert sequences == sorted(set(sequences))
    assert {tuple(frame.track_ids.tolist()) for frame in frames[5:]} == {(1, 2)}
    for frame in frames:
        stamps = [frame.t_capture_ns, frame.t_grab_ns, frame.t_infer_ns, frame.t_pose_ns]
        assert stamps == sorted(stamps)
        assert frame.t_pose_ns <= frame.t_track_ns <= received_ns


def test_ctrl_c_stops_everything_and_completes_the_take(tmp_path: Path) -> None:
    network, ports = own_network()
    takes = f"--set=record.directory={tmp_path / 'takes'}"
    both = "--set=network.track_readers=2"  # the recorder, and this test
    with started(
        *STUDIO, *SMALL, *ports, takes, both, "--record", "one", log=tmp_path / "log"
    ) as run:
        last_ns = frames_of(network, 20)[-1].t_capture_ns
        pids = roles_below(run.pid)
        assert set(pids) == set(ROLES)
        interrupt(run)
        wait_until(lambda: run.poll() is not None, DOWN_S, "livemocap run")
    assert run.returncode == 130
    assert not any(is_running(pid) for pid in pids.values())
    summary = summarize(tmp_path / "takes" / "one.mcap")
    assert summary.damage == ""
    assert summary.counts["track"] >= 20
    assert summary.last_ns is not None
    assert summary.last_ns >= last_ns
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("victim", ROLES)
def test_when_one_process_is_killed_the_rest_comes_down(victim: str, tmp_path: Path) -> None:
    network, ports = own_network()
    takes = f"--set=record.directory={tmp_path / 'takes'}"
    with started(*STUDIO, *SMALL, *ports, takes, "--record", "one", log=tmp_path / "log") as run:
        last_ns = frames_of(network, 60)[-1].t_capture_ns
        pids = roles_below(run.pid)
        os.kill(pids[victim], signal.SIGKILL)
        wait_until(lambda: run.poll() is not None, DOWN_S, "livemocap run")
    assert run.returncode == 128 + signal.SIGKILL
    assert not any(is_running(pid) for pid in pids.values())
    assert_nothing_listens(network)
    assert not segments(pids.values())
    last = (tmp_path / "log").read_text().splitlines()[-1]
    assert last.startswith("livemocap: error: ")
    assert victim in last
    summary = assert_take_opens(tmp_path / "takes" / "one.mcap", killed=victim == "record")
    assert summary.last_ns is not None
    assert last_ns - summary.last_ns < 1_000_000_000


@pytest.mark.parametrize("images", [1, 90])
def test_a_run_of_a_file_ends_with_it(images: int, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", [np.zeros((64, 128, 3), np.uint8)] * images)
    _, ports = own_network()
    run = ("run", "--camera", clip, "--engine", "instant", "--no-view", *ports)
    done = livemocap(*run, "--record", "one", f"--set=record.directory={tmp_path}", timeout_s=90)
    assert done.returncode == 0, done.stderr
    if images > 1:
        assert summarize(tmp_path / "one.mcap").damage == ""


def test_when_the_supervisor_is_killed_nobody_stays_behind(tmp_path: Path) -> None:
    network, ports = own_network()
    takes = f"--set=record.directory={tmp_path / 'takes'}"
    with started(*STUDIO, *SMALL, *ports, takes, "--record", "one", log=tmp_path / "log") as run:
        frames_of(network, 20)
        pids = roles_below(run.pid)
        run.kill()
        everybody = pids.values()
        wait_until(lambda: not any(map(is_running, everybody)), DOWN_S, "the roles")
    assert_nothing_listens(network)
    assert_take_opens(tmp_path / "takes" / "one.mcap", killed=False)


def assert_nothing_listens(network: NetworkConfig) -> None:
    endpoints = [network.image(0), network.pose(0), network.track(), network.control()]
    endpoints += [network.metrics(role) for role in ROLES]
    assert not [endpoint for endpoint in endpoints if listening(endpoint)]


def segments(pids: Iterable[int]) -> set[Path]:
    """Shared memory of these processes that has a name, and would stay behind."""
    folders = (Path("/dev/shm"), Path(tempfile.gettempdir()))
    names = [f"livemocap-*-{pid}-*.ring" for pid in pids]
    return {path for folder in folders for name in names for path in folder.glob(name)}


def assert_take_opens(take: Path, *, killed: bool) -> TakeSummary:
    """A killed recorder leaves a .part, from which all but the last second comes back."""
    if killed:
        assert not take.exists()
        take, messages = recover(partial(take))
        assert messages > 0
    summary = summarize(take)
    assert summary.damage == ""
    assert summary.counts["track"] > 0
    return summary
