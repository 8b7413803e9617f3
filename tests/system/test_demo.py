"""`livemocap demo` with the real engine, on the first second of the clip that comes along."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from commands import livemocap

from livemocap.take import TakeReader


def test_the_demo_finds_three_people_and_says_how_well(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    first = ("--set", "camera.frames=24", "--format", "bvh", "--no-preview", "--strict")
    done = livemocap("demo", "-o", out, *first, timeout_s=170)
    assert done.returncode == 0, done.stderr
    frames = list(TakeReader(out / "take.mcap").tracks())
    assert [frame.sequence for frame in frames] == list(range(24))
    assert frames[-1].track_ids.tolist() == [1, 2, 3]
    files = sorted(path.name for path in out.iterdir())
    assert files == ["take.mcap", *(f"take_person{k}.bvh" for k in (1, 2, 3))]
    assert re.search(r"people +3 \(tracks 1, 2, 3\)", done.stdout)
    assert "24, 0 dropped" in done.stdout
    assert re.search(r"raw error +recall \d", done.stdout)
    assert "without" not in done.stdout
    if importlib.util.find_spec("bpy"):
        assert "3 armatures followed the stream" in done.stdout
