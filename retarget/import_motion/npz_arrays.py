"""Arrays out of somebody's .npz, checked; nothing that could run code is ever unpacked."""

from __future__ import annotations

import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError

_ZIP = b"PK"
_DAMAGE = (
    ValueError, BadZipFile, EOFError, KeyError, OSError, zlib.error, NotImplementedError,
    RuntimeError, MemoryError,
)  # fmt: skip
"""All that reading a damaged .npz was seen to raise, encryption and absurd sizes included."""


class NpzArrays:
    """An open .npz.

    Raises:
        RetargetError: it is missing, or no .npz.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._raw = path.open("rb")
        except OSError as error:
            raise RetargetError(f"{path}: {error.strerror or error}") from None
        try:
            self._file = self._opened()
        except BaseException:
            self._raw.close()
            raise
        self.names = tuple(self._file.files)

    def _opened(self) -> Any:
        if self._raw.read(len(_ZIP)) != _ZIP:
            raise RetargetError(f"{self.path}: no .npz file of arrays")
        self._raw.seek(0)
        try:
            return np.load(self._raw, allow_pickle=False)
        except _DAMAGE as error:
            raise RetargetError(f"{self.path}: damaged .npz file ({error})") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._raw.close()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def per_frame(self, name: str) -> Array:
        """(T, N) numbers; what else a frame's shape is, is flattened.

        Raises:
            RetargetError: it is something else.
        """
        array = self._numbers(name)
        if array.size == 0:
            raise RetargetError(f"{self.path}: no motion in it, {name} is empty")
        array = np.atleast_2d(array).astype(float)
        array = array.reshape(len(array), -1)
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            raise RetargetError(f"{self.path}: frame {bad[0][0] + 1} of {name} is no number")
        return array

    def optional(self, name: str) -> Array | None:
        """Numbers that may be missing or of another kind."""
        try:
            array = self._numbers(name) if name in self else None
        except RetargetError:
            return None
        return array if array is not None and array.size and np.isfinite(array).all() else None

    def text(self, name: str) -> str:
        """A word in lower case, however it was put in; "" where there is none."""
        if name not in self:
            return ""
        try:
            value = self._read(name)
        except RetargetError:  # some files keep this one word pickled: we do without it
            return ""
        word = value.ravel()[0] if value.size else ""
        return (word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)).lower()

    def _numbers(self, name: str) -> Array:
        array = self._read(name)
        if array.dtype.kind not in "fiub":
            raise RetargetError(f"{self.path}: {name} holds no numbers ({array.dtype})")
        return array

    def _read(self, name: str) -> Array:
        try:
            return self._file[name]
        except _DAMAGE as error:
            if "allow_pickle" in str(error) or "pickled" in str(error):
                raise RetargetError(
                    f"{self.path}: {name} is pickled Python, which may run code when it is read; "
                    "it is not read. Save it as a plain array first."
                ) from None
            raise RetargetError(f"{self.path}: {name} is damaged ({error})") from None
