"""Results appear complete or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from livemocap.cli.outcome import OutputError, complete_or_nothing


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_appear_when_the_block_ends_well(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with complete_or_nothing(out, ("*.txt",)) as work:
        (work / "a.txt").write_text("a")
        assert not out.exists()
    assert names(out) == ["a.txt"]
    assert names(tmp_path / "deep") == ["out"]


def test_nothing_changes_when_it_does_not(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.txt").write_text("old")

    def fail_half_way() -> None:
        with complete_or_nothing(out, ("*.txt",)) as work:
            (work / "a.txt").write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert (out / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_own_files_of_before_go_and_foreign_ones_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("person1.bvh", "person2.bvh", "notes.txt"):
        (out / name).write_text("old")
    with complete_or_nothing(out, ("person*.bvh",)) as work:
        (work / "person1.bvh").write_text("new")
    assert names(out) == ["notes.txt", "person1.bvh"]
    assert (out / "person1.bvh").read_text() == "new"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with (
        pytest.raises(OutputError, match="is a file"),
        complete_or_nothing(tmp_path / "out", ()),
    ):
        pass
