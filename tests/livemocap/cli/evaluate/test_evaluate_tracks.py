"""`livemocap evaluate tracks` on takes and text files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from motion import smooth_tracks

from livemocap.cli.evaluate.tracks_plot import stretches
from livemocap.cli.main import main
from livemocap.coords import assumed_intrinsics, transform
from livemocap.messages import TRACK_TENTATIVE, TrackFrame
from livemocap.take import TakeWriter

FRAMES = 60


def filmed(first_ns: int = 0) -> list[TrackFrame]:
    """Two people in front of a camera."""
    K = assumed_intrinsics(640, 480).astype(np.float32)
    T = transform(np.diag([1.0, -1, -1]), [1.0, 1.0, 8.0]).astype(np.float32)
    return [
        replace(f, K=K, T_world_cam=T, t_capture_ns=f.t_capture_ns + first_ns)
        for f in smooth_tracks(FRAMES, people=(1, 4))
    ]


def swapped(frames: Sequence[TrackFrame]) -> list[TrackFrame]:
    """From the middle on each carries the other's id."""
    half = FRAMES // 2
    later = [replace(f, track_ids=f.track_ids[::-1].copy()) for f in frames[half:]]
    return [*frames[:half], *later]


def take(path: Path, frames: Sequence[TrackFrame]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = TakeWriter(path)
    for frame in frames:
        writer.write("track", frame)
    return str(writer.close())


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, float]]:
    assert main(["evaluate", "tracks", *arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return {"total": found["total"], **found["scenarios"]}


def test_a_take_beside_itself_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = take(tmp_path / "a.mcap", filmed())
    for options in ([], ["--world"]):
        found = shown(capsys, path, path, *options)["total"]
        assert found["HOTA"] == pytest.approx(100)
        assert found["mpjpe_mm"] == pytest.approx(0, abs=1e-3)
        assert found["delay_ms"] is None
        assert len(found["by_alpha"]["HOTA"]) == 19  # type: ignore[index]


def test_exchanged_ids_are_seen_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = take(tmp_path / "a.mcap", swapped(filmed()))
    truth = take(tmp_path / "truth.mcap", filmed())
    plots = tmp_path / "plots"
    assert main(["evaluate", "tracks", results, truth, "--plots", str(plots)]) == 0
    table = capsys.readouterr().out
    rows = {line.rsplit(None, 1)[0].strip(): line.split()[-1] for line in table.splitlines()}
    assert (rows["switches"], rows["IDF1"], rows["DetA"]) == ("2", "50.0", "100.0")
    assert rows["HOTA"] == f"{100 / 3**0.5:.1f}"
    assert sorted(path.name for path in plots.iterdir()) == ["hota.png", "ids_a.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in plots.iterdir())


def test_folders_of_takes_have_a_total(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, frames in (("a", filmed()), ("b", swapped(filmed()))):
        take(tmp_path / "results" / f"{name}.mcap", frames)
        take(tmp_path / "truth" / f"{name}.mcap", filmed())
    folders = str(tmp_path / "results"), str(tmp_path / "truth")
    found = shown(capsys, *folders)
    assert [found[name]["switches"] for name in ("a", "b", "total")] == [0, 2, 2]
    assert found["total"]["IDF1"] == pytest.approx(75)
    assert main(["evaluate", "tracks", *folders, "--per-scenario"]) == 0
    assert capsys.readouterr().out.split()[:3] == ["a", "b", "total"]


def test_missing_frames_and_people_on_trial_are_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = filmed()
    trial = [replace(f, states=np.full(2, TRACK_TENTATIVE, np.uint8)) for f in frames[:10]]
    results = take(tmp_path / "a.mcap", [*trial, *frames[10:30], *frames[40:]])
    found = shown(capsys, results, take(tmp_path / "t.mcap", frames))["total"]
    assert (found["missed"], found["false"], found["fragments"]) == (40, 0, 0)


@pytest.mark.parametrize(
    ("results", "truth", "told"),
    [
        ("none.mcap", "a.mcap", "none.mcap: no such file or folder"),
        ("a.mcap", "empty.mcap", "holds no tracks"),
        ("late.mcap", "a.mcap", "none of its frames was taken when one of"),
        ("a.mcap", "notes.md", "expected takes"),
        ("text.txt", "text.txt", "text.txt, line 1: 2 columns"),
        ("folder", "folder", "expected takes"),
        ("folder", "takes", "without results"),
        ("takes", "a.mcap", "expected two of a kind"),
        ("torn.mcap", "a.mcap", "frame 0 has numbers that are not finite"),
        ("two.mcap", "a.mcap", "tracks of cam0, cam1, expected one camera"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], results: str, truth: str, told: str
) -> None:
    take(tmp_path / "a.mcap", filmed())
    take(tmp_path / "takes" / "a.mcap", filmed())
    take(tmp_path / "empty.mcap", [])
    first, second, *_ = filmed()
    take(tmp_path / "torn.mcap", [replace(first, joints=first.joints * np.float32("nan"))])
    take(tmp_path / "two.mcap", [first, replace(second, camera_id="cam1")])
    take(tmp_path / "late.mcap", filmed(first_ns=10**12))
    (tmp_path / "notes.md").write_text("hello")
    (tmp_path / "text.txt").write_text("hello there")
    (tmp_path / "folder").mkdir()
    assert main(["evaluate", "tracks", str(tmp_path / results), str(tmp_path / truth)]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


def test_stretches_are_what_stays_the_same() -> None:
    values = np.array([-1, 3, 3, 4, -1, -1, 4])
    assert stretches(values) == [(1, 3, 3), (3, 4, 4), (6, 7, 4)]
    assert stretches(np.zeros(0, int)) == []
