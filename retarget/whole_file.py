"""A file under its final name is complete: it is written beside it and renamed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import RetargetError


def part_of(path: Path) -> Path:
    """Where a file lies until it is complete."""
    return path.with_name(f".{path.name}.part")


def discard_part(path: Path) -> None:
    """Remove what a writer that failed, or was killed, left of a file."""
    with suppress(OSError):
        part_of(path).unlink()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write what becomes `path` once the block is left without an error.

    Raises:
        RetargetError: the folder cannot be written to, or the disk is full.
    """
    part = part_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise RetargetError(f"{path}: {error.strerror or error}") from None
    finally:
        discard_part(path)
