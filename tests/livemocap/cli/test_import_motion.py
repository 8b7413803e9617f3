import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from motion_files import upright_motion, write_amass, write_rig_bvh
from rigs_made import made_rig

from inference import known_bodies
from inference.body_model import OPEN_BODY, default_body
from inference.models import store
from livemocap.cli.import_motion import body_for
from livemocap.take import TakeReader

MAIN = "from livemocap.cli.main import main; raise SystemExit(main())"


def livemocap(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_command_says_what_it_found_and_the_take_is_whole(tmp_path: Path) -> None:
    rig = made_rig("mixamo")
    path = write_rig_bvh(tmp_path / "dance.bvh", rig).path
    out = tmp_path / "dance.mcap"
    done = livemocap("import", path, "-o", out, "--names", "anna", "--fps", "24")
    assert done.returncode == 0, done.stderr
    assert "person 1 (anna), 40 frames at 30 fps" in done.stdout
    assert "unit cm" in done.stdout
    assert done.stdout.splitlines()[-1] == str(out)
    verified = livemocap("take", "verify", out)
    assert (verified.returncode, "whole, 32 messages" in verified.stdout) == (0, True)
    assert livemocap("export", out, "--out", tmp_path / "bvh").returncode == 0


def test_a_map_of_ones_own_wins(tmp_path: Path) -> None:
    rig = made_rig("mixamo", scrambled_names=True, rest="A")
    path = write_rig_bvh(tmp_path / "a.bvh", rig, rest="A").path
    own = tmp_path / "own.json"
    own.write_text(json.dumps({"bones": rig.bones}))
    done = livemocap("import", path, "-o", tmp_path / "a.mcap", "--map", own)
    assert done.returncode == 0, done.stderr
    assert "52 of 55 joints, named as in own" in done.stdout


def test_without_the_asked_body_the_open_one_stands_in(tmp_path: Path) -> None:
    path = write_amass(tmp_path / "a.npz", upright_motion(3))
    assert livemocap("import", path, "-o", tmp_path / "a.mcap").returncode == 0
    frame = next(TakeReader(tmp_path / "a.mcap").tracks())
    assert (frame.body_model, frame.body_hash) == (default_body().id, default_body().hash)
    np.testing.assert_array_equal(frame.rest_joints[0], default_body().rest_joints(np.zeros(10)))


def test_an_installed_body_takes_the_shape_that_a_file_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed = tmp_path / "SMPLX_NEUTRAL.npz"
    shutil.copy(OPEN_BODY, installed)
    known_bodies._load.cache_clear()
    for module in (store, known_bodies):
        monkeypatch.setattr(module, "installed", lambda name: installed)
    betas = np.linspace(-1, 1, 16)
    body = body_for("smplx", "female", betas)
    assert (body.name, body.stands_in) == ("SMPLX_NEUTRAL", False)
    np.testing.assert_array_equal(body.joints, default_body().rest_joints(betas[:10]))
    np.testing.assert_array_equal(body.betas, betas[:10])
    assert body_for("smplh", "male", betas).stands_in


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["missing.bvh"], "No such file"),
        (["missing.bvh", "--fps", "0"], "--fps 0"),
        (["missing.bvh", "--map", "none.json"], "none.json"),
    ],
)
def test_what_is_wrong_is_one_line_and_code_2(
    arguments: list[str], why: str, tmp_path: Path
) -> None:
    done = livemocap("import", *arguments, "-o", tmp_path / "a.mcap")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert why in done.stderr
    assert list(tmp_path.iterdir()) == []
