"""`livemocap view` with and without a display."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from commands import livemocap, own_network, started, wait_until
from motion import smooth_tracks

from livemocap.bus import TRACK
from livemocap.take import TakeWriter

needs_xvfb = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xwininfo")), reason="Xvfb or xwininfo is missing"
)


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "800x600x24"],
        pass_fds=[write_end],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with open(read_end) as chosen:  # noqa: PTH123 - a descriptor, not a path
        name = f":{chosen.readline().strip()}"
    monkeypatch.setenv("DISPLAY", name)
    yield name
    server.terminate()
    server.wait()


@pytest.fixture
def take(tmp_path: Path) -> Path:
    with closing(TakeWriter(tmp_path / "take.mcap")) as writer:
        for frame in smooth_tracks(30):
            writer.write(TRACK, frame)
    return tmp_path / "take.mcap"


def windows(display: str) -> str:
    asked = ["xwininfo", "-display", display, "-root", "-tree"]
    return subprocess.run(asked, capture_output=True, text=True).stdout


@needs_xvfb
def test_view_opens_a_window_where_there_is_a_display(
    display: str, take: Path, tmp_path: Path
) -> None:
    _, ports = own_network()
    with (
        started("play", take, "--loop", *ports, log=tmp_path / "play.log"),
        started("view", "--no-body", *ports, log=tmp_path / "view.log") as view,
    ):
        wait_until(lambda: '"livemocap"' in windows(display), 40, "the window")
        view.terminate()
        assert view.wait(10) == 0
    assert "Traceback" not in (tmp_path / "view.log").read_text()


@pytest.mark.parametrize("display", ["", ":987"])
def test_view_names_the_way_around_where_there_is_none(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    done = livemocap("view")
    assert done.returncode == 2
    assert "--png" in done.stderr.splitlines()[-1]
