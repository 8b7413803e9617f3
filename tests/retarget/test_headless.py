"""Blender in a process of its own: how its end is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from retarget.errors import RetargetError
from retarget.headless import run_headless


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that a process of its own finds."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "somebodys_job.py"


_SAYS = "import os, sys; sys.stderr.reconfigure(encoding='utf-8'); "


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("print('first\\nミク: why', file=sys.stderr); sys.exit(2)", "^ミク: why$"),
        ("raise KeyError('odd')", "^KeyError: 'odd'$"),
        ("print('a warning', file=sys.stderr); sys.stderr.flush(); os.abort()", "crashed"),
        ("sys.exit(2)", "code 2"),
    ],
)
def test_the_last_line_is_raised_unless_it_crashed(module: Path, code: str, told: str) -> None:
    module.write_text(_SAYS + code, encoding="utf-8")
    with pytest.raises(RetargetError, match=told):
        run_headless("somebodys_job")


def test_who_takes_too_long_is_ended(module: Path) -> None:
    module.write_text("import time; time.sleep(60)")
    with pytest.raises(RetargetError, match=r"not done after 0\.1 s"):
        run_headless("somebodys_job", timeout_s=0.1)


LEAVES = "from blender_addon.headless.leaving import run_and_leave; "


@pytest.mark.parametrize(
    ("job", "told"), [("1 // 0", "ZeroDivisionError"), ("__import__('sys').exit(2)", "code 2")]
)
def test_a_job_that_fails_leaves_without_taking_blender_down(
    module: Path, job: str, told: str
) -> None:
    pretend = "import atexit, os, sys, types; atexit.register(lambda: os._exit(7)); "
    bpy = "sys.modules['bpy'] = types.ModuleType('bpy'); "
    spec = "import importlib.util; importlib.util.find_spec = lambda name: 1; "
    module.write_text(f"{pretend}{bpy}{spec}{LEAVES}run_and_leave(lambda _: {job}, 'It')")
    with pytest.raises(RetargetError, match=told):
        run_headless("somebodys_job")
