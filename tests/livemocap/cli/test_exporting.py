"""What is made of a take, and what is said when it cannot be."""

from __future__ import annotations

import importlib.util
from contextlib import closing
from pathlib import Path

import pytest
from motion import smooth_tracks
from samples import track_frame

from livemocap.bus import TRACK
from livemocap.cli import exporting
from livemocap.cli.exporting import NotMade, draw_armatures, export_people
from livemocap.take import TakeWriter


@pytest.fixture
def take(tmp_path: Path) -> Path:
    with closing(TakeWriter(tmp_path / "take.mcap")) as writer:
        for frame in smooth_tracks(8):
            writer.write(TRACK, frame)
    return tmp_path / "take.mcap"


def hide_bpy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        exporting.importlib.util, "find_spec", lambda name: None if name == "bpy" else real(name)
    )


def test_without_blender_there_is_everything_but_the_picture(
    take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_bpy(monkeypatch)
    for kind in ("bvh", "fbx"):
        written = export_people(take, kind, tmp_path)
        assert [path.name for path in written] == [f"take_person1.{kind}", f"take_person2.{kind}"]
    with pytest.raises(NotMade, match="Blender's module"):
        draw_armatures(take, tmp_path / "armatures.png")


def test_a_take_without_people_is_said_to_be_one(tmp_path: Path) -> None:
    with closing(TakeWriter(tmp_path / "take.mcap")) as writer:
        for sequence in range(3):
            writer.write(TRACK, track_frame(people=0, sequence=sequence))
    with pytest.raises(NotMade, match="nobody was tracked"):
        export_people(tmp_path / "take.mcap", "bvh", tmp_path)
