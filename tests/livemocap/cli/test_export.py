"""The command that brings takes onto the user's characters."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from motion import smooth_tracks
from motion_files import write_rig_bvh
from readers.clips import ufbx_clip
from rigs_made import made_rig

from livemocap.cli.main import main
from livemocap.take import TakeWriter
from retarget.bvh import read_bvh
from retarget.rigs.presets import presets

MAIN = "from livemocap.cli.main import main; raise SystemExit(main())"
FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000)); "


def livemocap(*arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", before + MAIN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def write_take(path: Path, frames: int = 31, people: tuple[int, ...] = (1, 4)) -> Path:
    writer = TakeWriter(path)
    for frame in smooth_tracks(frames, people=people):
        writer.write("track", frame)
    return writer.close()


@pytest.fixture
def take(tmp_path: Path) -> Path:
    return write_take(tmp_path / "walk.mcap")


def test_a_library_of_motion_comes_onto_mixamos_bones(tmp_path: Path) -> None:
    recorded = write_rig_bvh(tmp_path / "dance.bvh", made_rig("cmu")).path
    take = tmp_path / "dance.mcap"
    assert livemocap("import", recorded, "-o", take).returncode == 0
    done = livemocap(
        "export", take, "--rig", "mixamo", "--format", "fbx", "--format", "bvh", "--foot-lock", 0
    )
    assert done.returncode == 0, done.stderr
    stem = tmp_path / "dance_person1_mixamo"
    clip = read_bvh(stem.with_suffix(".bvh"))
    known = next(preset for preset in presets() if preset.name == "mixamo")
    assert {f"mixamorig:{bone}" for bone in known.bones.values() if bone} <= {*clip.skeleton.names}
    frames = len(clip.values)
    fbx = ufbx_clip(stem.with_suffix(".fbx"), frames, Fraction(30), clip.skeleton.names)
    np.testing.assert_allclose(fbx.joints, clip.joints(), atol=5e-3)
    assert (fbx.found["others"], fbx.found["metres"]) == ([], 0.01)


def test_a_characters_bvh_takes_the_motion_with_all_options(take: Path, tmp_path: Path) -> None:
    hero = write_rig_bvh(tmp_path / "hero.bvh", made_rig("ue4", extras=["root"])).path
    done = livemocap(
        *("export", take, "--rig", hero, "--root", "bone", "--scale", "1", "--foot-lock", "0.5"),
        *("--fingers", "off", "--smooth", "0.1", "--person", "4", "--fps", "24", "--units", "m"),
        *("--out", tmp_path / "out"),
    )
    assert done.returncode == 0, done.stderr
    [path] = (tmp_path / "out").iterdir()
    assert path.name == "walk_person4_hero.bvh"
    clip = read_bvh(path)
    assert clip.frame_time_s == 1 / 24
    assert 1.2 < np.ptp(clip.rest_joints()[:, 1]) < 2.2
    finger = clip.skeleton.index("index_01_l")
    np.testing.assert_allclose(clip.local_rotations()[:, finger], np.eye(3)[None].repeat(25, 0))
    assert "hero.bvh is in units of 0.01 m" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--rig", "mixam"], "did you mean 'mixamo'"),
        (["--rig", "nowhere.fbx"], "nowhere.fbx: no such file"),
        (["--root", "bone"], "--root goes with --rig FILE|PRESET"),
        (["--rig", "mixamo", "--root", "bone"], "no bone lies above 'mixamorig:Hips'"),
        (["--rig", "mixamo", "--scale", "big"], "--scale big: expected auto"),
        (["--rig", "mixamo", "--foot-lock", "2"], "--foot-lock 2: expected 0"),
        (["--rig", "mixamo", "--smooth", "-1"], "--smooth -1: expected 0"),
        (["--rig", "mixamo", "--armature", "Hero"], "--armature and --map are for files"),
        (["--rig", "mixamo", "--presets", "nowhere"], "--presets nowhere: no such folder"),
        (["--rig", "mixamo", "--with-mesh"], "only characters out of .fbx files"),
        (["--rig", "mixamo", "--person", "7"], "there are 1, 4"),
    ],
)
def test_a_wrong_wish_is_one_line_and_code_2(
    take: Path, arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(take), *arguments]) == 2
    said = capsys.readouterr().err
    assert why in said
    assert len(said.splitlines()) == 1
    assert list(take.parent.iterdir()) == [take]


def test_nothing_is_overwritten_unless_asked(
    take: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = take.with_name("walk_person4_unity.bvh")
    mine.write_text("mine")
    assert main(["export", str(take), "--rig", "unity"]) == 2
    assert "--force replaces" in capsys.readouterr().err
    assert mine.read_text() == "mine"
    assert main(["export", str(take), "--rig", "unity", "--force"]) == 0
    assert len(read_bvh(mine).values) == 31


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of files")
@pytest.mark.parametrize("kind", ["bvh", "fbx"])
def test_a_full_disk_is_one_line_and_leaves_nothing(kind: str, take: Path) -> None:
    done = livemocap("export", take, "--rig", "unity", "--format", kind, before=FULL)
    assert done.returncode == 2
    assert f"walk_person1_unity.{kind}: File too large" in done.stderr
    assert list(take.parent.iterdir()) == [take]


def test_a_long_take_shows_how_far_it_is(tmp_path: Path) -> None:
    take = write_take(tmp_path / "long.mcap", frames=1600, people=(1, 2))
    done = livemocap("export", take, "--rig", "xsens")
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) >= 3
    assert lines[-1].startswith("long.mcap: 3200 in")
