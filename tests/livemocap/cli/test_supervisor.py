"""The supervisor with real children that do what the test wants."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from livemocap.cli import supervisor
from livemocap.cli.supervisor import Child, ChildFailed, Supervisor, echo_serious

CHILD = """
import os, signal, sys, time
what = sys.argv[1]
print("00:00:00 child      INFO    here", file=sys.stderr, flush=True)
if what == "obedient":
    sys.stdin.read()
    print("left", file=open(sys.argv[2], "w"))
elif what == "stubborn":
    time.sleep(60)
elif what == "wrong":
    print("livemocap: error: studio.toml: no such key", file=sys.stderr)
    sys.exit(2)
elif what == "crashing":
    raise RuntimeError("a bug")
elif what == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def _child_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acting_child.py").write_text(CHILD, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def child(*what: str, vital: bool = True) -> Child:
    return Child(what[0], what, module="acting_child", vital=vital)


def test_children_that_finish_end_the_wait() -> None:
    with Supervisor([child("done"), child("done")]) as running:
        running.wait()


def test_the_error_of_one_child_becomes_ours_and_the_others_leave(tmp_path: Path) -> None:
    left = tmp_path / "left"
    with (
        pytest.raises(ChildFailed, match="no such key") as failed,
        Supervisor([child("obedient", str(left)), child("wrong")]) as running,
    ):
        running.wait()
    assert failed.value.exit_code == 2
    assert left.read_text() == "left\n"


def test_a_crash_shows_its_traceback_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        pytest.raises(ChildFailed, match="crashing ended with code 1: RuntimeError: a bug"),
        Supervisor([child("crashing")], tmp_path / "log", echo_serious) as running,
    ):
        running.wait()
    assert capfd.readouterr().err.count("Traceback") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_child_is_said_to_be_killed() -> None:
    with (
        pytest.raises(ChildFailed, match="SIGKILL") as failed,
        Supervisor([child("killed")]) as running,
    ):
        running.wait()
    assert failed.value.exit_code == 128 + signal.SIGKILL


def test_a_child_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "GRACE_S", 0.3)
    with Supervisor([child("stubborn")]) as running:
        process = running._running[0].process
        time.sleep(0.2)
    assert process.poll() is not None


def test_a_preview_may_fail_without_ending_the_run(tmp_path: Path) -> None:
    left = tmp_path / "left"
    with Supervisor([child("obedient", str(left)), child("wrong", vital=False)]) as running:
        view = running._running[1].process
        view.wait(20)
        assert running.check()
    assert left.exists()


def test_logs_go_to_the_folder_and_only_serious_lines_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Supervisor([child("done")], tmp_path / "log", echo_serious) as running:
        running.wait()
    assert "INFO    here" in (tmp_path / "log" / "done.log").read_text()
    assert capfd.readouterr().err == ""
