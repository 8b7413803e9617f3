"""Recording, fed by a real Publisher; none of it needs bpy."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from blender_process import blender_environment
from samples import track_frame
from waiting import wait_for

from blender_addon.stream.receiver import Receiver
from blender_addon.takes import recording
from blender_addon.takes.recording import Recording, RecordingError
from livemocap.bus import TRACK, Publisher
from livemocap.messages import EndOfStream
from livemocap.take import TakeReader
from livemocap.take_glance import glance
from livemocap.take_repair import recover, summarize
from livemocap.wire import encode, pack


def test_every_packet_is_in_the_take_as_it_was_sent(
    publisher: Publisher, receiver: Receiver, tmp_path: Path
) -> None:
    taken = Recording(receiver, tmp_path / "new" / "takes", "duet")
    sent = [track_frame(k % 4, k, seed=k) for k in range(300)]
    for frame in sent:
        publisher.send(TRACK, frame)
    publisher.send(TRACK, EndOfStream(camera_id="cam0", frames=300))
    wait_for(lambda: receiver.status().ended)
    taken.stop()
    status = taken.status()
    assert status.path == tmp_path / "new" / "takes" / "duet.mcap"
    assert (status.frames, status.gaps, status.note) == (300, 0, "")
    assert status.size == status.path.stat().st_size
    messages = [message for _, message in TakeReader(status.path).messages()]
    assert [pack(encode(m)) for m in messages[:-1]] == [pack(encode(frame)) for frame in sent]
    assert isinstance(messages[-1], EndOfStream)
    metadata = TakeReader(status.path).metadata()
    assert metadata["skeleton"]["joints"].startswith("pelvis left_hip")
    assert set(metadata["take"]) == {"started_unix_ns", "started_monotonic_ns", "schema_version"}
    assert not summarize(status.path).damage


def test_what_was_lost_on_the_way_is_counted(
    publisher: Publisher, receiver: Receiver, tmp_path: Path
) -> None:
    taken = Recording(receiver, tmp_path)
    for sequence in (3, 4, 8, 9):
        publisher.send(TRACK, track_frame(1, sequence))
    wait_for(lambda: taken.status().frames == 4)
    assert (taken.status().running, taken.status().gaps) == (True, 3)
    taken.stop()
    assert summarize(taken.status().path).gaps == 3
    assert glance(taken.status().path).dropped == 3


def test_what_came_before_the_press_is_in_the_take_once_and_the_take_says_how_much(
    publisher: Publisher, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.keep_past(30.0)
    for sequence in range(40):
        publisher.send(TRACK, track_frame(1, sequence))
    wait_for(lambda: receiver.status().frames == 40)
    time.sleep(0.2)
    taken = Recording(receiver, tmp_path, "pre", {"scene_frame": "7"})
    for sequence in range(40, 60):
        publisher.send(TRACK, track_frame(1, sequence))
    wait_for(lambda: taken.status().frames == 60)
    taken.stop()
    path = taken.status().path
    assert [frame.sequence for frame in TakeReader(path).tracks()] == list(range(60))
    pressed = TakeReader(path).metadata()["recording"]
    assert 0.2 <= float(pressed["before_s"]) < 15.0
    assert pressed["scene_frame"] == "7"
    seen = glance(path)
    assert (seen.before_s, seen.dropped) == (float(pressed["before_s"]), 0)
    assert taken.status().before_s == pytest.approx(seen.before_s, abs=1e-3)


def test_no_more_is_remembered_than_was_asked_for(
    publisher: Publisher, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.keep_past(30.0)
    publisher.send(TRACK, track_frame(1, 0))
    wait_for(lambda: receiver.status().frames == 1)
    receiver.keep_past(0.0)
    assert receiver.remembered_s() == 0.0
    publisher.send(TRACK, track_frame(1, 1))
    wait_for(lambda: receiver.status().frames == 2)
    taken = Recording(receiver, tmp_path)
    taken.stop()
    assert (taken.status().frames, taken.status().before_s) == (0, 0.0)


def test_a_take_never_overwrites_another(receiver: Receiver, tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        names.append(recording.start(receiver, tmp_path, "duet").status().path.name)
        with pytest.raises(RecordingError, match="being recorded already"):
            recording.start(receiver, tmp_path, "duet")
        recording.stop()
        recording.stop()
    assert names == ["duet.mcap", "duet_002.mcap", "duet_003.mcap"]


@pytest.mark.parametrize("name", ["../out", "x" * 300, "a:b"])
def test_a_name_that_is_none_is_refused(receiver: Receiver, tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingError, match=r"name of a take|too long"):
        Recording(receiver, tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_refused(receiver: Receiver, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="exists"):
        Recording(receiver, tmp_path / "file")


def test_a_folder_removed_meanwhile_ends_the_take_and_keeps_it(
    publisher: Publisher, receiver: Receiver, tmp_path: Path
) -> None:
    taken = Recording(receiver, tmp_path / "takes", "duet")
    publisher.send(TRACK, track_frame(1, 0))
    wait_for(lambda: taken.status().frames == 1)
    shutil.rmtree(tmp_path / "takes")
    wait_for(lambda: taken.status().finished)
    status = taken.status()
    assert "the folder of the take is gone" in status.note
    assert "kept in duet.mcap" in status.note
    assert not status.running
    summary = summarize(status.path)
    assert (summary.counts["track"], summary.damage) == (1, "")


def test_recording_many_times_leaves_no_thread_and_no_follower(
    publisher: Publisher, receiver: Receiver, tmp_path: Path
) -> None:
    before = threading.active_count()
    for k in range(30):
        taken = Recording(receiver, tmp_path)
        publisher.send(TRACK, track_frame(1, k))
        taken.stop()
        assert threading.active_count() == before
    assert not receiver._followers
    assert len(list(tmp_path.iterdir())) == 30


_UNDER_A_LIMIT = """
    import resource, sys, time
    from pathlib import Path
    from samples import track_frame
    from blender_addon.takes import recording
    from blender_addon.stream.receiver import Receiver
    from livemocap.bus import TRACK, Publisher
    with Publisher("tcp://127.0.0.1:0") as publisher:
        receiver = Receiver(publisher.endpoint)
        publisher.wait_for_subscribers(1, 5.0)
        taken = recording.start(receiver, Path(sys.argv[1]), "duet")
        for k in range(100_000):
            publisher.send(TRACK, track_frame(1, k))
            time.sleep(0.004)
            if {until}:
                break
        {then}
"""


def run(code: str, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *args]
    return subprocess.run(
        command,
        env=blender_environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_full_disk_ends_the_take_with_a_sentence_and_keeps_what_was_written(
    tmp_path: Path,
) -> None:
    code = _UNDER_A_LIMIT.format(
        until="taken.status().finished",
        then="receiver.close(); print(taken.status().frames, taken.status().note)",
    )
    done = run(code, str(tmp_path))
    assert "Recording ended: File too large. What came before is kept in duet.mcap" in done.stdout
    summary = summarize(tmp_path / "duet.mcap")
    assert not summary.damage
    assert int(done.stdout.split()[0]) == summary.frames > 200
    assert 500_000 < (tmp_path / "duet.mcap").stat().st_size <= 1_000_000


def test_a_take_of_a_killed_process_is_recovered(tmp_path: Path) -> None:
    code = _UNDER_A_LIMIT.format(
        until="taken.status().size > 200_000",
        then="import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    )
    assert run(code, str(tmp_path)).returncode < 0
    part = tmp_path / "duet.mcap.part"
    path, messages = recover(part)
    summary = summarize(path)
    assert messages == summary.frames > 60
    assert (summary.gaps, summary.damage) == (0, "")


def test_a_process_that_ends_closes_its_take(tmp_path: Path) -> None:
    code = _UNDER_A_LIMIT.format(until="taken.status().frames > 100", then="sys.exit()")
    assert run(code, str(tmp_path)).returncode == 0
    summary = summarize(tmp_path / "duet.mcap")
    assert summary.frames > 100
    assert (summary.gaps, summary.damage) == (0, "")
