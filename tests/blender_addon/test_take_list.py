"""The list of takes that the panel shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from motion import smooth_tracks

from blender_addon.takes import folder as take_list
from livemocap.take_writer import TakeWriter


@pytest.fixture(autouse=True)
def _fresh() -> None:
    take_list.look_again()


def _record(path: Path, frames: int, changed_s: int) -> Path:
    writer = TakeWriter(path)
    for frame in smooth_tracks(frames):
        writer.write("track", frame)
    written = writer.close()
    os.utime(written, (changed_s, changed_s))
    return written


def test_the_newest_takes_come_first_with_what_is_in_them(tmp_path: Path) -> None:
    _record(tmp_path / "old.mcap", 31, 1000)
    damaged = _record(tmp_path / "damaged.mcap", 31, 1000)
    damaged.write_bytes(damaged.read_bytes()[:-9])
    os.utime(damaged, (2000, 2000))
    writer = TakeWriter(tmp_path / "running.mcap")
    writer.flush()
    (tmp_path / "other.txt").write_text("")
    lines = take_list.takes_in(tmp_path)
    assert [(line.path.name, line.whole) for line in lines] == [
        ("running.mcap.part", False),
        ("damaged.mcap", False),
        ("old.mcap", True),
    ]
    assert lines[0].about == "unfinished, 0.0 MB"
    assert lines[1].about.startswith("damaged, 0.")
    assert lines[2].about == "1.0 s, 2 people, 30 a second, 0 dropped"
    writer.abandon()


def test_the_folder_is_looked_at_again_after_something_was_done_to_it(tmp_path: Path) -> None:
    path = _record(tmp_path / "a.mcap", 2, 1000)
    assert len(take_list.takes_in(tmp_path)) == 1
    path.unlink()
    assert len(take_list.takes_in(tmp_path)) == 1
    take_list.look_again()
    assert take_list.takes_in(tmp_path) == []
    assert take_list.takes_in(tmp_path / "absent") == []


def test_the_disk_is_not_asked_at_every_redraw_what_comes_next_and_how_much_room_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(take_list, "free_bytes", lambda folder: asked.append(folder) or 7)
    assert take_list.next_take(tmp_path, "a") == tmp_path / "a.mcap"
    (tmp_path / "a.mcap").write_bytes(b"")
    assert take_list.next_take(tmp_path, "a") == tmp_path / "a.mcap"
    assert take_list.next_take(tmp_path, "b") == tmp_path / "b.mcap"
    assert [take_list.room_in(tmp_path) for _ in range(3)] == [7, 7, 7]
    assert asked == [tmp_path]
    take_list.look_again()
    assert take_list.next_take(tmp_path, "a") == tmp_path / "a_002.mcap"
    take_list.room_in(tmp_path)
    assert len(asked) == 2


def test_only_so_many_takes_are_listed(tmp_path: Path) -> None:
    for k in range(take_list.SHOWN + 2):
        _record(tmp_path / f"{k}.mcap", 1, 1000 + k)
    lines = take_list.takes_in(tmp_path)
    newest = [str(k) for k in reversed(range(2, take_list.SHOWN + 2))]
    assert [line.title for line in lines] == newest
