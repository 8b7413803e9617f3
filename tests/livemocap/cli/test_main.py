"""The command line's frame: help, errors, what is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from livemocap import __version__
from livemocap.cli import commands as commands_module
from livemocap.cli.commands import COMMANDS, Command
from livemocap.cli.main import main
from livemocap.config import ConfigError

HEAVY = {"numpy", "zmq", "cv2", "torch", "scipy", "bpy", "onnxruntime", "av", "matplotlib"}


def loaded_by(code: str) -> set[str]:
    """The heavy modules that are imported after `code` ran in a fresh process."""
    listing = f"import sys; {code}; print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(eval(done.stderr.splitlines()[-1]))


def use(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> None:
    """A command that raises `error`."""

    def fail(_args: object) -> int:
        raise error

    def add(commands) -> None:
        commands.add_parser(name).set_defaults(run=fail)

    monkeypatch.setattr(commands_module, "add_broken", add, raising=False)
    monkeypatch.setitem(COMMANDS, name, Command(commands_module.__name__, "add_broken", "breaks"))


def test_the_overview_lists_every_command_and_imports_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert loaded_by("from livemocap.cli.main import main; main(['--help'])") == set()


def test_names_in_letters_that_a_terminal_lacks_are_printed_all_the_same(tmp_path: Path) -> None:
    character = tmp_path / "ミク.bvh"
    text = "HIERARCHY\nROOT 腰\n{ OFFSET 0 1 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
    character.write_text(f"{text}End Site\n{{ OFFSET 0 1 0\n}}\n}}\nMOTION\nFrames: 1\n"
                         "Frame Time: 0.04\n0 0 0\n", encoding="utf-8")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "livemocap", "rigs", "inspect", str(character)],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},  # as on Windows
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "\\u30df\\u30af" in done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"livemocap {__version__}\n"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    parser = ArgumentParser(prog="livemocap")
    commands = parser.add_subparsers()
    COMMANDS[name].add_to(commands)
    text = commands.choices[name].format_help()
    assert "example" in text
    assert f"livemocap {name}" in text.partition("example")[2]


def test_capture_loads_no_engine_no_solver_and_no_blender() -> None:
    loaded = loaded_by("from livemocap.cli.main import main; import capture.cli, capture.start")
    assert not loaded & {"torch", "scipy", "bpy", "onnxruntime", "matplotlib"}


def test_an_unknown_command_is_answered_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["recrod"]) == 2
    assert capsys.readouterr().err == (
        "livemocap: error: unknown command 'recrod': did you mean 'record'?\n"
    )


def test_an_error_of_ours_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, "broken", ConfigError("studio.toml: wrong\nin two lines"))
    assert main(["broken"]) == 2
    assert capsys.readouterr().err == "livemocap: error: studio.toml: wrong in two lines\n"


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "broken", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(["broken"])


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "broken", KeyboardInterrupt())
    assert main(["broken"]) == 130


def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, "broken", ModuleNotFoundError("No module named 'cv2'", name="cv2"))
    assert main(["broken"]) == 2
    assert 'needs cv2: pip install "livemocap[demo]"' in capsys.readouterr().err


def test_a_missing_system_library_points_to_the_doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    what = "libGL.so.1: cannot open shared object file: No such file or directory"
    use(monkeypatch, "broken", ImportError(what))
    assert main(["broken"]) == 2
    assert "libGL.so.1" in (said := capsys.readouterr().err)
    assert "livemocap doctor" in said
