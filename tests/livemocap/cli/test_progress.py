"""The progress bar."""

from __future__ import annotations

import io

import pytest

from livemocap.cli import progress
from livemocap.cli.progress import Progress, duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_gets_a_line_each_tenth() -> None:
    out = io.StringIO()
    bar = Progress("working", 200, out)
    for done in range(1, 201):
        bar.update(done)
    bar.finish()
    lines = out.getvalue().splitlines()
    assert [line.split("/")[0] for line in lines[:-1]] == [
        f"working: {20 * k}" for k in range(1, 11)
    ]
    assert lines[-1].startswith("working: 200 in ")


def test_the_remaining_time_follows_from_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    out = io.StringIO()
    bar = Progress("working", 100, out)
    now = 110.0
    bar.update(25, "3 people")
    assert out.getvalue() == "working: 25/100, 30 s left, 3 people\n"


def test_a_terminal_gets_one_line_that_is_drawn_over() -> None:
    out = Terminal()
    bar = Progress("working", 10, out)
    bar.update(5)
    assert out.getvalue().startswith("\rworking [============            ] 5/10")
    assert "\n" not in out.getvalue()


def test_work_of_unknown_length_is_counted_only() -> None:
    out = io.StringIO()
    bar = Progress("working", 0, out)
    bar.update(7)
    bar.finish()
    assert out.getvalue().startswith("working: 7 in ")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.2, "59 s"), (185, "3:05 min"), (3725, "1:02 h")]
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text
