# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender as a Python package, in a process that does one job and leaves."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from io import TextIOWrapper
from typing import NoReturn


def run_and_leave(job: Callable[[Sequence[str]], int], what: str) -> NoReturn:
    """Exit with what `job` makes of the command line, or say that bpy is missing.

    Args:
        what: the job's result, to begin that sentence with.
    """
    if isinstance(sys.stderr, TextIOWrapper):  # whoever asked reads it so, also on Windows
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.modules.get("bpy", ...) is None or find_spec("bpy") is None:
        print(
            f"{what} needs Blender as a Python package, which exists for Python 3.11: "
            'pip install "bpy==4.4.0"',
            file=sys.stderr,
        )
        code = 2
    else:
        code = _code_of(job)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # bpy may crash or hang while Python shuts down


def _code_of(job: Callable[[Sequence[str]], int]) -> int:
    """What Python would exit with."""
    try:
        return job(sys.argv[1:])
    except SystemExit as leaves:  # argparse has said why
        return leaves.code if isinstance(leaves.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 1
