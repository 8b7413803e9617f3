"""Whether windows can be opened here, found out before OpenCV aborts the process over it."""

from __future__ import annotations

import os
import subprocess
import sys

_PROBE = "import cv2; cv2.namedWindow('is there a display'); cv2.waitKey(1)"


def has_display(timeout_s: float = 10.0) -> bool:
    """Try in a process of its own: without a working display Qt ends the process that asks."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        return False  # OpenCV's wheels speak X11 only
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
