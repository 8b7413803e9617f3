"""How much more can be recorded, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_addon.takes.disk import disk_warning, free_bytes


@pytest.mark.parametrize(
    ("free", "per_s", "words"),
    [
        (None, 1e6, ""),
        (50_000_000_000, 0.0, ""),
        (50_000_000_000, 1e6, ""),
        (500_000_000, 0.0, "Only 500 MB are free on the disk"),
        (2_000_000_000, 10e6, "Only 2.0 GB are free on the disk, enough for 3 min"),
    ],
)
def test_little_room_is_said(free: int | None, per_s: float, words: str) -> None:
    assert disk_warning(free, per_s) == words


def test_a_folder_that_is_not_there_yet_has_the_room_of_the_one_above(tmp_path: Path) -> None:
    there, later = free_bytes(tmp_path), free_bytes(tmp_path / "a" / "b")
    assert there is not None
    assert later is not None
    assert later == pytest.approx(there, rel=0.5)
