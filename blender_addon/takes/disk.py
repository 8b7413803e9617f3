# SPDX-License-Identifier: GPL-3.0-or-later
"""How much more can be recorded. No bpy."""

from __future__ import annotations

import shutil
from pathlib import Path

_LITTLE = 1e9
"""Bytes: less than that is said, whatever is recorded."""

_SOON_S = 600.0


def free_bytes(folder: Path) -> int | None:
    """What is free where a folder is or would be; None: nobody knows."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None


def disk_warning(free: int | None, bytes_per_s: float = 0.0) -> str:
    """A sentence if the disk is nearly full, or will be within ten minutes; else nothing."""
    if free is None:
        return ""
    left_s = free / bytes_per_s if bytes_per_s > 0 else float("inf")
    if free >= _LITTLE and left_s >= _SOON_S:
        return ""
    room = f"{free / 1e9:.1f} GB" if free >= _LITTLE else f"{free / 1e6:.0f} MB"
    last = f", enough for {left_s / 60:.0f} min" if left_s < float("inf") else ""
    return f"Only {room} are free on the disk{last}"
