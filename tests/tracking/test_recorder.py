"""Takes as they are recorded."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from samples import pose_frame, track_frame

from livemocap.take import TakeReader, TakeWriter
from livemocap.take_repair import summarize
from tracking.errors import TrackingError
from tracking.recorder import FAILED, IDLE, RECORDING, Recorder, plain_name


def fill(recorder: Recorder, frames: int, first: int = 0) -> None:
    for k in range(first, first + frames):
        recorder.write("pose/cam0", pose_frame(2, k))
        recorder.write("track", track_frame(2, k))


def test_a_take_holds_what_was_written_and_how(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "takes", config="[tracking]\npredict_s = 0.2\n")
    path = recorder.start("duet")
    assert not path.exists()  # nothing half-written under the final name
    fill(recorder, 20)
    assert recorder.state == RECORDING
    done = recorder.stop()
    assert (done.path, done.messages, recorder.state) == (tmp_path / "takes/duet.mcap", 40, IDLE)
    reader = TakeReader(done.path)
    topics = [topic for topic, _ in reader.messages()]
    assert topics == ["pose/cam0", "track"] * 20
    frames = list(reader.tracks())
    np.testing.assert_array_equal(frames[7].joints, track_frame(2, 7).joints)
    metadata = reader.metadata()
    assert "predict_s = 0.2" in metadata["config"]["studio.toml"]
    assert int(metadata["take"]["started_unix_ns"]) > 1e18
    assert metadata["skeleton"]["joints"].startswith("pelvis left_hip")


def test_a_take_never_overwrites_another(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    names = []
    for _ in range(3):
        names.append(recorder.start("duet").name)
        fill(recorder, 1)
        recorder.stop()
    assert names == ["duet.mcap", "duet_002.mcap", "duet_003.mcap"]


def test_a_file_that_came_meanwhile_is_kept(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    path = recorder.start("duet")
    fill(recorder, 2)
    path.write_bytes(b"somebody else's")
    assert recorder.stop().path.name == "duet_002.mcap"
    assert path.read_bytes() == b"somebody else's"


def test_starting_twice_and_stopping_nothing_are_refused(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    with pytest.raises(TrackingError, match="nothing is being recorded"):
        recorder.stop()
    recorder.start("a")
    with pytest.raises(TrackingError, match="being recorded already"):
        recorder.start("b")


@pytest.mark.parametrize("name", ["../out", "a/b", "a\\b", ".hidden", "a\nb"])
def test_a_name_cannot_lead_out_of_the_folder(name: str) -> None:
    with pytest.raises(TrackingError, match="cannot be the name of a take"):
        plain_name(name)


def test_names_may_carry_the_suffix_or_be_left_out() -> None:
    assert plain_name("duet.mcap") == "duet"
    assert plain_name("")[:2] == "20"


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrackingError, match="takes cannot go to"):
        Recorder(tmp_path / "file")


def test_status_tells_what_is_going_on(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    assert recorder.status()["state"] == IDLE
    recorder.start("a")
    fill(recorder, 3)
    status = recorder.status()
    assert (status["state"], status["messages"]) == (RECORDING, 6)
    assert status["file"].endswith("a.mcap")
    assert status["free_mb"] > 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_ends_the_take_and_keeps_it(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracking.recorder.TakeWriter", partial(TakeWriter, chunk_s=0.0))
    recorder = Recorder(small_disk)
    recorder.start("full")
    written = 0
    while recorder.recording and written < 2000:
        fill(recorder, 10, written)
        written += 10
    assert recorder.state == FAILED
    assert "No space left" in recorder.status()["note"]
    summary = summarize(small_disk / "full.mcap")
    assert not summary.damage
    assert summary.counts["track"] >= 10
    assert sum(summary.counts.values()) == recorder.status()["messages"]
    fill(recorder, 1)  # life goes on


def test_a_recorder_on_a_full_disk_works_again_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space"):
        ballast.write_bytes(bytes(2 << 20))
    recorder = Recorder(small_disk)
    try:
        recorder.start("a")
        fill(recorder, 5)
        recorder.stop()
    except ValueError as error:
        assert "No space" in str(error)  # noqa: PT017
    ballast.unlink()
    recorder.start("b")
    fill(recorder, 5)
    assert recorder.stop().messages == 10
    assert not summarize(small_disk / "b.mcap").damage
