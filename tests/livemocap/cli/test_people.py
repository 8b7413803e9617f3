"""`livemocap people`, asked of a tracker that runs beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from seen_people import Actor, seen

from livemocap.bus import ControlServer
from livemocap.cli.main import main
from tracking.commands import Everybody, answer
from tracking.config import TrackingConfig
from tracking.tracker import Tracker


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Path]:
    """A studio.toml of a tracker that has two people in view."""
    tracker = Tracker(TrackingConfig())
    for k in range(5):
        tracker.push(seen([Actor(-1, -4), Actor(1, -4)], k / 30, k))
    everybody, over = Everybody([tracker.people]), threading.Event()
    with ControlServer("tcp://127.0.0.1:0") as control:

        def serve() -> None:
            while not over.is_set():
                control.serve(lambda asked: answer(everybody, asked), 0.02)

        serving = threading.Thread(target=serve)
        serving.start()
        path = tmp_path / "studio.toml"
        port = control.endpoint.rpartition(":")[2]
        path.write_text(f"[network]\npeople_port = {port}\n", "utf-8")
        yield path
        over.set()
        serving.join()


def test_people_are_named_kept_and_listed(studio: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["people", "name", "2", "anna", "--config", str(studio)]) == 0
    assert main(["people", "lock", "2", "--config", str(studio)]) == 0
    assert main(["people", "expect", "2", "--config", str(studio)]) == 0
    assert main(["people", "list", "--config", str(studio)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "2 is called anna"
    assert said[-2].split()[:3] == ["1", "in", "view"]
    assert said[-1].split()[:2] == ["2", "anna"]
    assert said[-1].endswith("kept")


def test_what_the_tracker_refuses_is_an_error(
    studio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["people", "merge", "1", "2", "--config", str(studio)]) == 2
    assert "both in view" in capsys.readouterr().err


def test_without_a_tracker_it_is_said_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "studio.toml"
    with ControlServer("tcp://127.0.0.1:0") as gone:
        port = gone.endpoint.rpartition(":")[2]
    path.write_text(f"[network]\npeople_port = {port}\n", "utf-8")
    assert main(["people", "list", "--config", str(path)]) == 2
    assert "Is `livemocap run` up?" in capsys.readouterr().err
