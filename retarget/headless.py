"""What only Blender can do, by a Blender in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from .errors import RetargetError

_ENDED_ITSELF = (1, 2)
"""A traceback, and a line for the user. Other codes are a crash, on Windows large numbers."""


def run_headless(module: str, *arguments: str, timeout_s: float | None = None) -> None:
    """python -m MODULE ARGUMENT ..., which says what went wrong in its last line.

    Raises:
        RetargetError: with that line, or that it crashed or was not done in time.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        raise RetargetError(f"Blender was not done after {timeout_s:g} s") from None
    if done.returncode:
        raise RetargetError(_complaint(done.returncode, done.stderr))


def _complaint(code: int, said: str) -> str:
    lines = said.strip().splitlines()
    if code not in _ENDED_ITSELF or not lines:
        return f"Blender crashed, it ended with code {code}"
    return lines[-1]
