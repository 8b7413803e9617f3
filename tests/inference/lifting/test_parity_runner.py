"""The command that puts any file of arrays through a comparison."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench import parity

GOLDEN = Path(__file__).parents[2] / "reference" / "golden"
SMALL = GOLDEN / "vp3d_sym_27.npz"

Say = pytest.CaptureFixture[str]


def test_what_holds_is_told_with_its_gate(capsys: Say) -> None:
    assert parity.main(["vp3d_sym_27", str(SMALL)]) == 0
    said = capsys.readouterr().out
    (line,) = [line for line in said.splitlines() if line.startswith("out ")]
    _, error, gate, verdict = line.split()
    assert float(error) <= float(gate) == 2e-5
    assert verdict == "ok"


def test_weights_of_another_salt_differ(capsys: Say) -> None:
    assert parity.main(["vp3d_sym_27", str(SMALL), "--salt", "1"]) == 1
    assert "DIFFERS" in capsys.readouterr().out


def test_a_file_of_another_size_is_read_by_its_own_shapes(tmp_path: Path, capsys: Say) -> None:
    """Neither a receptive field nor noise is told here."""
    with np.load(SMALL) as file:
        few = {name: file[name][:1] for name in ("x", "out")}
    np.savez(tmp_path / "few.npz", **few)
    assert parity.main(["vp3d_sym", str(tmp_path / "few.npz")]) == 0
    said = capsys.readouterr().out
    assert "not compared: act_expand_bn: the file does not have it" in said


def test_arrays_that_nothing_makes_are_told(tmp_path: Path, capsys: Say) -> None:
    with np.load(SMALL) as file:
        np.savez(tmp_path / "more.npz", **file, colour=np.zeros(3))
    assert parity.main(["vp3d_sym_27", str(tmp_path / "more.npz")]) == 0
    assert "not compared: colour: nothing here makes them" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "file", "words"),
    [
        ("aios_small", SMALL, "unknown kind 'aios_small'; known: vp3d_wild"),
        ("vp3d_sym_27", Path("none.npz"), "none.npz: no such file"),
        ("vp3d_sym_27", Path(__file__), "not a NumPy archive"),
        ("pstmo_mae", SMALL, "the file has no array 'mask'"),
        ("dynaboa_webcam_default", SMALL, "--prior gmm_08.pkl"),
    ],
    ids=str,
)
def test_what_cannot_be_compared_says_why(kind: str, file: Path, words: str, capsys: Say) -> None:
    assert parity.main([kind, str(file)]) == 2
    assert words in capsys.readouterr().err


def test_a_prior_that_wants_to_run_something_is_refused(tmp_path: Path, capsys: Say) -> None:
    (tmp_path / "gmm.pkl").write_bytes(b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.")
    arguments = ["dynaboa_parts", str(GOLDEN / "dynaboa_parts.npz"), "--prior"]
    assert parity.main([*arguments, str(tmp_path / "gmm.pkl")]) == 2
    assert "posix.system" in capsys.readouterr().err


def _without(name: str, kind: str, folder: Path) -> str:
    with np.load(GOLDEN / f"{kind}.npz") as file:
        np.savez(folder / "less.npz", **{key: file[key] for key in file if key != name})
    return str(folder / "less.npz")


def test_a_file_without_any_result_is_not_called_equal(tmp_path: Path, capsys: Say) -> None:
    with np.load(GOLDEN / "vp3d_people.npz") as file:
        given = {key: file[key] for key in file if not key.startswith("nms_out_")}
    np.savez(tmp_path / "given.npz", **given)
    del given["nms_selected_person"]
    np.savez(tmp_path / "less.npz", **given)
    assert parity.main(["vp3d_people", str(tmp_path / "given.npz")]) == 0
    assert parity.main(["vp3d_people", str(tmp_path / "less.npz")]) == 2
    assert "none of the arrays that would be compared" in capsys.readouterr().err


def test_few_frames_of_a_cheap_lifter_are_all_frames(capsys: Say) -> None:
    file = str(GOLDEN / "vp3d_wild_causal.npz")
    assert parity.main(["vp3d_wild_causal", file, "--frames", "2"]) == 0
    assert "world_rebased" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["param_names", "grad_norm"])
def test_what_one_check_needs_ends_no_other(name: str, tmp_path: Path, capsys: Say) -> None:
    assert parity.main(["hmr_forward", _without(name, "hmr_forward", tmp_path)]) == 0
    said = capsys.readouterr().out
    assert f"not compared: {name}: the file does not have it" in said
    assert "rotmat" in said


@pytest.mark.parametrize("broken", ["empty", "one array", "other shapes"])
def test_a_file_that_is_no_such_archive_is_told(broken: str, tmp_path: Path, capsys: Say) -> None:
    file = tmp_path / "file.npz"
    if broken == "empty":
        file.write_bytes(b"")
    elif broken == "one array":
        with file.open("wb") as opened:
            np.save(opened, np.zeros(3))
    else:
        np.savez(file, x=np.zeros((1, 30, 17, 3), np.float32), out=np.zeros((1, 4, 17, 3)))
    assert parity.main(["vp3d_sym_27", str(file)]) == 2
    assert "parity: " in capsys.readouterr().err
