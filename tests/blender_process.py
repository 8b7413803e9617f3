"""Code that runs in headless Blender, in a process of its own: bpy is not left alive in pytest."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_bpy = pytest.mark.skipif(
    importlib.util.find_spec("bpy") is None, reason="bpy is not installed (pip install bpy==4.4.0)"
)

_RUN = """
import linecache, os, sys, traceback
code = sys.argv.pop(1)
linecache.cache["<in blender>"] = len(code), None, code.splitlines(True), "<in blender>"
status = 0
try:
    exec(compile(code, "<in blender>", "exec"), {"__name__": "__main__"})
except BaseException:
    traceback.print_exc()
    status = 1
sys.stdout.flush()
sys.stderr.flush()
os._exit(status)  # some versions of bpy crash or hang when Python takes them down
"""


def blender_command(code: str, *args: str) -> list[str]:
    """The command that runs `code`, which sees `args` in sys.argv[1:] and this folder's modules."""
    return [sys.executable, "-c", _RUN, textwrap.dedent(code), *args]


def blender_environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent), **(changes or {})}


def run_blender(code: str, *args: str, timeout_s: float = 90) -> str:
    """Run `code` and return what it printed; what it wrote to stderr is in the failure."""
    done = subprocess.run(
        blender_command(code, *args),
        env=blender_environment(),
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@contextmanager
def blender_child(code: str, *args: str, leaves_s: float = 20) -> Iterator[Iterator[str]]:
    """Run `code` beside the block, which gets the lines that it prints; it must end well, and is
    given so long for that after the block."""
    child = subprocess.Popen(
        blender_command(code, *args),
        env=blender_environment(),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert child.stdout
    try:
        with child.stdout as printed:
            yield iter(printed.readline, "")
            assert child.wait(leaves_s) == 0
    finally:
        child.kill()
        child.wait()
