"""Files called `<name>_personId_<k>`: one for each person of an image, numbered from 0."""

from __future__ import annotations

import os
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from .errors import JobError

_NUMBERED = re.compile(r"(?P<name>.+)_personId_(?P<k>\d+)", re.DOTALL)


def split_name(stem: str) -> tuple[str, int] | None:
    """`img_1_personId_0` to (`img_1`, 0); None for any other name."""
    found = _NUMBERED.fullmatch(stem)
    return (found["name"], int(found["k"])) if found else None


class NumberedFiles:
    """The results of a run in one folder; names are compared whole, never by how they begin.

    Args:
        folder: made if it is not there.
        suffix: .pkl or .obj.
    """

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder, self._suffix = folder, suffix
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JobError(f"{folder}: cannot be made ({error.strerror}).") from None
        self._old: defaultdict[str, list[Path]] = defaultdict(list)
        for path in folder.glob(f"*{suffix}"):
            parts = split_name(path.stem)
            if parts:
                self._old[parts[0]].append(path)

    def existing(self, names: Iterable[str]) -> list[Path]:
        """What an earlier run left for these names."""
        return [path for name in names for path in self._old.get(name, ())]

    def refuse_existing(self, names: Iterable[str]) -> None:
        """
        Raises:
            JobError: there is something for one of these names already.
        """
        old = self.existing(names)
        if old:
            raise JobError(
                f"{self.folder}: has {len(old)} results of these images already, such as "
                f"{old[0].name}. `--overwrite` replaces them; `--out` writes elsewhere."
            )

    def replace(self, name: str, contents: Sequence[bytes]) -> list[Path]:
        """Write the people of one image in place of whatever an earlier run left for it."""
        for path in self._old.pop(name, ()):
            path.unlink(missing_ok=True)
        return [
            write_whole(self.folder / f"{name}_personId_{k}{self._suffix}", content)
            for k, content in enumerate(contents)
        ]


def write_whole(path: Path, content: bytes) -> Path:
    """Write under another name first, so that no half of a file is ever found."""
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_bytes(content)
        return partial.replace(path)
    except OSError as error:
        raise JobError(f"{path}: cannot be written ({error.strerror}).") from None


def zip_folder(folder: Path, suffix: str) -> Path:
    """FOLDER.zip beside the folder, with entries `<folder>/<file>`; returns its path."""
    path = folder.with_suffix(".zip")
    partial = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.glob(f"*{suffix}"), key=os.fspath):
            archive.write(file, f"{folder.name}/{file.name}")
    return partial.replace(path)
