import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from motion import smooth_tracks
from readers.clips import ufbx_clip, worst_mm

from livemocap.take import TakeError, TakeWriter
from retarget.bvh import read_bvh
from retarget.errors import RetargetError
from retarget.export import export_take
from retarget.motion import motions_from_tracks


@pytest.fixture
def take(tmp_path: Path) -> Path:
    writer = TakeWriter(tmp_path / "walk.mcap")
    for frame in smooth_tracks(31, people=(1, 4)):
        writer.write("track", frame)
    return writer.close()


MAIN = "from livemocap.cli.main import main; raise SystemExit(main())"


def export(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, "export", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_everybody_gets_a_file_at_the_takes_own_rate(take: Path, tmp_path: Path) -> None:
    paths = export_take(take, ["bvh"], None, None, tmp_path / "new" / "out")
    assert [path.name for path in paths] == ["walk_person1.bvh", "walk_person4.bvh"]
    for path, motion in zip(
        paths, motions_from_tracks(smooth_tracks(31, people=(1, 4))), strict=True
    ):
        clip = read_bvh(path)
        assert (len(clip.values), clip.frame_time_s) == (31, 1 / 30)
        np.testing.assert_allclose(clip.root_positions() / 100, motion.pelvis, atol=1e-6)


def test_the_command_writes_one_person_at_a_broadcast_rate(take: Path, tmp_path: Path) -> None:
    done = export(take, "--format", "bvh", "--person", 4, "--fps", 29.97, "--out", tmp_path / "o")
    assert done.returncode == 0, done.stderr
    [path] = (tmp_path / "o").iterdir()
    assert str(path) in done.stdout
    assert read_bvh(path).frame_time_s == pytest.approx(1001 / 30000, rel=1e-15)


def test_sync_lines_up_people_who_came_at_different_times(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "late.mcap")
    for k, frame in enumerate(smooth_tracks(21, people=(1,))):
        if k == 0:
            writer.write("track", smooth_tracks(1, people=(2,))[0])
        elif k >= 6:
            writer.write("track", frame)
    take = writer.close()
    [alone] = export_take(take, ["bvh"], [1], Fraction(30), tmp_path / "a")
    [synced] = export_take(take, ["bvh"], [1], Fraction(30), tmp_path / "b", sync=True)
    alone_at, synced_at = read_bvh(alone).root_positions(), read_bvh(synced).root_positions()
    assert (len(alone_at), len(synced_at)) == (15, 21)
    np.testing.assert_allclose(synced_at[6:], alone_at, atol=1e-3)


def test_nothing_is_overwritten_unless_asked(take: Path, tmp_path: Path) -> None:
    (tmp_path / "walk_person4.bvh").write_text("mine")
    refused = export(take)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert not (tmp_path / "walk_person1.bvh").exists()
    assert (tmp_path / "walk_person4.bvh").read_text() == "mine"
    assert export(take, "--force").returncode == 0
    assert read_bvh(tmp_path / "walk_person4.bvh").values.shape[0] == 31


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--person", "9"], "there are 1, 4"),
        (["--person", "anna"], "--person anna"),
        (["--fps", "0"], "--fps 0"),
    ],
)
def test_a_wrong_wish_is_one_line_and_code_2(take: Path, arguments: list[str], why: str) -> None:
    done = export(take, *arguments)
    assert done.returncode == 2
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(take.parent.iterdir()) == [take]


def test_a_damaged_take_leaves_no_file(take: Path, tmp_path: Path) -> None:
    take.write_bytes(take.read_bytes()[:-2000])
    with pytest.raises(TakeError, match="recover"):
        export_take(take, ["bvh"], None, None, tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_a_take_of_nobody_says_so(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "empty.mcap")
    take = writer.close()
    with pytest.raises(RetargetError, match="nobody"):
        export_take(take, ["bvh"], None, None, tmp_path)


def test_fbx_and_bvh_come_together_without_blender(take: Path, tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['bpy'] = None; "
    command = [sys.executable, "-c", hidden + MAIN, "export", str(take), "--person", "1"]
    done = subprocess.run(
        [*command, "--format", "fbx", "--format", "bvh"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "walk_person1.fbx  person 1, 31 frames at 30 fps" in done.stdout
    assert {p.name for p in tmp_path.glob("walk_*")} == {"walk_person1.bvh", "walk_person1.fbx"}


@pytest.mark.parametrize(("units", "metres"), [("cm", 0.01), ("m", 1.0)])
def test_fbx_files_are_in_the_unit_asked_for(
    take: Path, tmp_path: Path, units: str, metres: float
) -> None:
    paths = export_take(take, ["fbx"], None, Fraction(30), tmp_path, units=units)
    people = motions_from_tracks(smooth_tracks(31, people=(1, 4)))
    for path, motion in zip(paths, people, strict=True):
        assert worst_mm(ufbx_clip(path, 31, Fraction(30)), motion, metres) < 0.05


def test_ctrl_c_leaves_whole_files_alone(take: Path, tmp_path: Path) -> None:
    def stop(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_take(take, ["fbx"], None, None, tmp_path / "o", report=stop)
    [first] = (tmp_path / "o").iterdir()
    assert first.name == "walk_person1.fbx"
    assert len(ufbx_clip(first, 31, Fraction(30)).names) == 55
