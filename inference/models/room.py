"""Room on the disk, and what to say when there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..errors import InferenceError

_SPARE = 16 << 20


class StoreError(InferenceError):
    """The folder of models cannot do what was asked of it."""


def require_room(folder: Path, size: int) -> None:
    """Refuse at once what would fill the disk.

    Raises:
        StoreError: how much is needed and how much is there.
    """
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE:
        raise StoreError(
            f"{folder}: {megabytes(size + _SPARE)} are needed and {megabytes(free)} are free. "
            "What was installed before is still there. Make room and try again."
        )


def megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
