"""Reading SMPL-X model files (.npz): any layout, no pickle, nothing inflated that is not needed."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from livemocap.rotation import Array

from .errors import InferenceError

_CHUNK = 1 << 20


class BodyModelError(InferenceError):
    """A body file that cannot be used; the message says what was found and what to do."""


class BodyFile:
    """The arrays of one .npz file, read one by one when asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._content = path.read_bytes()
            self._zip = zipfile.ZipFile(io.BytesIO(self._content))
        except OSError as error:
            raise BodyModelError(
                f"{path}: cannot be read ({error.strerror}), expected an SMPL-X model as .npz. "
                "Check the path, or leave it out to use the open body."
            ) from error
        except zipfile.BadZipFile as error:
            raise BodyModelError(
                f"{path}: not an .npz file, or cut short, expected an SMPL-X model as .npz. "
                "Download it again; a .pkl model must be converted first."
            ) from error
        self._members = {name.removesuffix(".npy"): name for name in self._zip.namelist()}

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self._content).hexdigest()

    def read(self, name: str) -> Array:
        """One array.

        Raises:
            BodyModelError: it is missing, damaged, or Python objects that only pickle could read.
        """
        self.header(name)
        try:
            with self._zip.open(self._members[name]) as member:
                return npy.read_array(member, allow_pickle=False)
        except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BodyModelError(
                f"{self.path}: array '{name}' is damaged ({error}). Download the file again."
            ) from error

    def header(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape and dtype, without reading the array itself."""
        if name not in self:
            raise BodyModelError(
                f"{self.path}: has no array '{name}', expected an SMPL-X model with it. It has: "
                f"{', '.join(sorted(self._members)) or 'nothing'}."
            )
        try:
            with self._zip.open(self._members[name]) as member:
                shape, _, dtype = _read_header(member)
        except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BodyModelError(
                f"{self.path}: array '{name}' is damaged ({error}). Download the file again."
            ) from error
        if dtype.hasobject:
            raise BodyModelError(
                f"{self.path}: array '{name}' holds pickled Python objects, which are never "
                "loaded. Save it again as a plain array; a sparse matrix as "
                f"'{name}_data', '{name}_indices', '{name}_indptr' (CSR)."
            )
        return shape, dtype

    def is_zero(self, name: str) -> bool:
        """Whether all numbers of an array are zero, without ever holding it in memory."""
        self.header(name)
        zeros = memoryview(bytes(_CHUNK))
        with self._zip.open(self._members[name]) as member:
            _read_header(member)
            while chunk := member.read(_CHUNK):
                if chunk != zeros[: len(chunk)]:
                    return False
        return True


def _read_header(member: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(member)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    return read(member)
