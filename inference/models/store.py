"""Where installed models are kept, and what is known of each: files and models.json in a folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .catalogue import Model, model_named
from .room import StoreError

INSTALLED, MISSING, DAMAGED = "installed", "missing", "damaged"

_RECORDS = "models.json"
_CHUNK = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was installed, so that it can be checked later."""

    file: str
    sha256: str
    size: int
    source: str
    """The name of the file that it was made from."""
    source_sha256: str
    installed: str
    """ISO 8601, UTC."""


def models_folder() -> Path:
    """In the user's data folder; nothing is created by asking."""
    from platformdirs import user_data_path

    return user_data_path("livemocap", appauthor=False) / "models"


def installed(name: str) -> Path | None:
    """The file of a model, or none; that it is whole is for `verify` to say."""
    path = models_folder() / model_named(name).file
    return path if path.is_file() else None


def records() -> dict[str, Record]:
    """What models.json says, by the models' names.

    Raises:
        StoreError: it cannot be understood.
    """
    path = models_folder() / _RECORDS
    try:
        content = json.loads(path.read_text("utf-8"))
        return {name: Record(**fields) for name, fields in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StoreError(
            f"{path}: cannot be read ({error}). Remove it and install the models again."
        ) from error


def state(name: str) -> str:
    """INSTALLED, MISSING or DAMAGED, from sizes alone, which is quick."""
    path, record = installed(name), records().get(name)
    if path is None:
        return DAMAGED if record else MISSING
    return INSTALLED if record and path.stat().st_size == record.size else DAMAGED


def verify(name: str) -> str:
    """What is wrong with an installed model, or nothing; reads all of it."""
    path, record = installed(name), records().get(name)
    if path is None:
        return "its file is gone" if record else ""
    if record is None:
        return f"{_RECORDS} does not know where it came from"
    if path.stat().st_size != record.size:
        return f"it has {path.stat().st_size} bytes instead of {record.size}"
    if sha256(path) != record.sha256:
        return "its bytes have changed"
    return ""


def remove(name: str) -> None:
    """Delete a model and what is known of it.

    Raises:
        StoreError: it is not there, or cannot be deleted.
    """
    known = records()
    path = installed(name)
    if path is None and name not in known:
        raise StoreError(f"{name} is not installed: `livemocap models` lists what is.")
    with _explained(models_folder()):
        if path is not None:
            path.unlink()
        known.pop(name, None)
        with _scratch(models_folder(), _RECORDS) as listed:
            _write_records(known, listed)
            listed.replace(models_folder() / _RECORDS)


def put(model: Model, write: Callable[[Path], object], describe: Callable[[Path], Record]) -> Path:
    """Have a model written under another name, then let it take the place of the old one.

    Whatever goes wrong before that, an older install stays as it was.

    Raises:
        StoreError: the folder cannot be written, or the disk is full.
    """
    folder = models_folder()
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _scratch(folder, model.file) as part, _scratch(folder, _RECORDS) as listed:
            write(part)
            _to_disk(part)
            _write_records(records() | {model.name: describe(part)}, listed)
            part.replace(folder / model.file)
            listed.replace(folder / _RECORDS)
    return folder / model.file


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _scratch(folder: Path, name: str) -> Iterator[Path]:
    """A path beside the final one; what is left there at the end is removed."""
    path = folder / f".{name}.part"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be written ({error.strerror or error}). What was installed before "
            "is still there."
        ) from error


def _to_disk(path: Path) -> None:
    """So that a power cut after the renaming does not leave an empty file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _write_records(known: Mapping[str, Record], path: Path) -> None:
    content = {name: asdict(record) for name, record in sorted(known.items())}
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    _to_disk(path)
