"""Results appear under their own names only when they are complete."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class OutputError(Exception):
    """Nothing can be written where it was asked for."""


@contextmanager
def complete_or_nothing(folder: Path, own: tuple[str, ...]) -> Iterator[Path]:
    """A folder to work in; when the block ends well its files move into `folder`.

    Args:
        own: patterns of the files that such a run makes; those of an earlier run are replaced,
            everything else in `folder` stays as it is.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file, expected a folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}") from None
    try:
        yield work
        _move(work, folder, own)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _move(work: Path, folder: Path, own: tuple[str, ...]) -> None:
    folder.mkdir(exist_ok=True)
    for pattern in own:
        for old in folder.glob(pattern):
            if old.is_file():
                old.unlink()
    for path in sorted(work.iterdir()):
        path.replace(folder / path.name)
