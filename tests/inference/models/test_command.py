"""`livemocap models` in words and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import model_files
import pytest
import torch

from livemocap.cli.main import main

_WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
from livemocap.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_lists_what_there_is_to_fetch(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main(["models"]) == 0
    printed = capsys.readouterr().out
    for words in ("aios: missing", "https://ttxskk.github.io/AiOS", "not for commercial use"):
        assert words in printed
    assert "livemocap models install SMPLX_NEUTRAL.npz" in printed
    assert str(folder) in printed


@pytest.mark.parametrize("words", [["models", "--json"], ["models", "list", "--json"]])
def test_lists_as_json(
    capsys: pytest.CaptureFixture[str], small_file: Path, words: list[str]
) -> None:
    main(["models", "install", str(small_file)])
    capsys.readouterr()
    assert main(words) == 0
    aios, smplx, *_ = json.loads(capsys.readouterr().out)
    assert (aios["state"], smplx["state"]) == ("installed", "missing")
    assert aios["size"] == Path(aios["path"]).stat().st_size
    assert aios["source"] == small_file.name
    assert (smplx["path"], smplx["sha256"]) == (None, None)


def test_install_verify_path_remove(
    capsys: pytest.CaptureFixture[str], small_file: Path, folder: Path
) -> None:
    assert main(["models", "install", str(small_file)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("aios: installed")
    assert "S-Lab" in captured.out
    assert main(["models", "verify"]) == 0
    assert capsys.readouterr().out.startswith("aios: whole, sha256")
    assert main(["models", "path", "aios"]) == 0
    assert capsys.readouterr().out.strip() == str(folder / "aios.safetensors")
    assert main(["models", "path"]) == 0
    assert capsys.readouterr().out.strip() == str(folder)
    assert main(["models", "remove", "aios"]) == 0
    assert main(["models", "path", "aios"]) == 2
    assert "aios is not installed" in capsys.readouterr().err


def test_verify_exits_with_2_when_damaged(
    capsys: pytest.CaptureFixture[str], small_file: Path, folder: Path
) -> None:
    main(["models", "install", str(small_file)])
    (folder / "aios.safetensors").write_bytes(b"gone")
    capsys.readouterr()
    assert main(["models", "verify"]) == 2
    assert "aios: damaged, it has 4 bytes" in capsys.readouterr().out
    assert main(["models", "verify", "smplx"]) == 0
    assert main(["models", "list"]) == 0
    assert "mend it   livemocap models install aios_checkpoint.pth" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["verify", "yolo"], ["remove", "yolo"], ["path", "yolo"]])
def test_unknown_names_exit_with_2(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["models", *words]) == 2
    assert "no model 'yolo', expected one of aios, smplx" in capsys.readouterr().err


def test_bad_files_are_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "aios_checkpoint.pth"
    mark = tmp_path / "was_here"
    torch.save({"model": {"smpl_pose_embed": model_files.Touch(mark)}}, bad)
    page = tmp_path / "page.pth"
    page.write_text("<html>sign in</html>")
    for path in (bad, page, tmp_path, tmp_path / "none"):
        assert main(["models", "install", str(path)]) == 2
        error = capsys.readouterr().err
        assert error.startswith("livemocap: error: ")
        assert error.count("\n") == 1
    assert not mark.exists()


def test_torch_is_needed_for_weights_only(tmp_path: Path, small_file: Path) -> None:
    body = model_files.save_body(tmp_path / "SMPLX_NEUTRAL.npz")
    assert _without_torch("install", body).returncode == 0
    assert _without_torch("verify").returncode == 0
    assert "smplx: installed" in _without_torch().stdout
    weights = _without_torch("install", small_file)
    assert weights.returncode == 2
    assert 'needs torch: pip install "livemocap[aios]"' in weights.stderr


def _without_torch(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT_TORCH, "models", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
    )
