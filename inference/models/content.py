"""What somebody's file holds, told from the file itself, whatever it is called. No torch here."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..errors import InferenceError
from ..file_kind import file_head, is_nothing_of_use, is_onnx, is_safetensors
from ..lifting.layout import LAYOUT

if TYPE_CHECKING:
    from torch import Tensor

    from livemocap.rotation import Array

CHECKPOINT, SAFETENSORS, NPZ = "checkpoint", "safetensors", "npz"
PICKLE, ONNX = "pickle", "onnx"

Step = Callable[[int, int], object]
"""Told how many bytes of how many have been looked at."""

_CHUNK = 4 << 20
_LONGEST_HEADER = 64 << 20
_TORCH_BEFORE_ZIP = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
_SMPLX_PAGE = "https://smpl-x.is.tue.mpg.de"
_SMPLX_WORDS = (b"dynamic_lmk", b"hands_mean")
_PICKLES = (b"\x80", b"(d", b"(i", b"c__", b"ccopy_reg", b"ccollections")
"""How they begin, in newer versions and in the one that is text."""


class ModelFileError(InferenceError):
    """A file that no model can be installed from; the message says what it is."""


class Content:
    """One file that somebody wants to install.

    Raises:
        ModelFileError: what it is, where it is neither weights nor a body model.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kind = _kind(path)
        self.size = path.stat().st_size

    @cached_property
    def names(self) -> frozenset[str]:
        """What its tensors or arrays are called. For a checkpoint this needs torch."""
        if self.kind == CHECKPOINT:
            return frozenset(self.tensors)
        if self.kind == SAFETENSORS:
            return frozenset(_safetensors_names(self.path))
        if self.kind == PICKLE:
            return frozenset(self.arrays)
        if self.kind == ONNX:
            return frozenset(_onnx_words(self.path))
        with zipfile.ZipFile(self.path) as file:
            return frozenset(name.removesuffix(".npy") for name in file.namelist())

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """The tensors of a checkpoint or a safetensors file.

        Raises:
            WeightsError: it is damaged, or wants code to be run.
        """
        from ..weights_file import read_state_dict

        return read_state_dict(self.path)

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """The arrays of a pickle, read without running what is in it.

        Raises:
            WeightsError: it is damaged, or wants code to be run.
        """
        from .pickled import read_pickle

        return read_pickle(self.path)

    def checked_sha256(self, step: Step = lambda _done, _total: None) -> str:
        """The hash of the whole file, once every part of a zip has passed its checksum.

        Raises:
            ModelFileError: a part is damaged.
        """
        total = self.size * (2 if self.kind == CHECKPOINT else 1)
        done = 0
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                for chunk in _chunks(file):
                    digest.update(chunk)
                    step(done := done + len(chunk), total)
            if self.kind == CHECKPOINT and zipfile.is_zipfile(self.path):
                for length in _unpacked(self.path):
                    step(done := done + length, total)
        except OSError as error:
            raise ModelFileError(f"{self.path}: cannot be read ({error.strerror}).") from error
        return digest.hexdigest()


def _onnx_words(path: Path) -> set[str]:
    """The layout that it names, if it is one of ours."""
    return {LAYOUT} if LAYOUT.encode() in path.read_bytes() else set()


def _kind(path: Path) -> str:
    head = file_head(path)
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    if is_safetensors(head):
        return SAFETENSORS
    if head.startswith(_TORCH_BEFORE_ZIP):
        return CHECKPOINT
    if is_onnx(head):
        return ONNX
    if _is_pickle(head) and not _is_smplx(path, head):
        return PICKLE
    raise ModelFileError(f"{path}: {_what_else(path, head)}")


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as file:
            names = file.namelist()
    except zipfile.BadZipFile:
        raise ModelFileError(f"{path}: is damaged or cut short. Download it again.") from None
    if any(name.endswith("data.pkl") for name in names):
        return CHECKPOINT
    if any(name.endswith(".npy") for name in names):
        return NPZ
    inside = [name for name in names if name.endswith((".npz", ".pth", ".safetensors"))]
    fitting = [name for name in inside if "SMPLX_NEUTRAL" in name] or inside
    hint = f" Unpack it and install {fitting[0]}." if fitting else ""
    raise ModelFileError(f"{path}: is a zip with no model of its own.{hint}")


def _what_else(path: Path, head: bytes) -> str:
    """Words for a file that is of no use."""
    if useless := is_nothing_of_use(head):
        return f"{useless}."
    if _is_smplx(path, head):
        return (
            "is SMPL-X as a Python pickle, which is "
            f"not opened. Take the body as .npz: at {_SMPLX_PAGE} download SMPL-X v1.1 (NPZ+PKL), "
            "unpack it and install models/smplx/SMPLX_NEUTRAL.npz."
        )
    return (
        "is neither weights (.pth, .pt, .bin, .safetensors, .onnx) nor a body model (.npz, .pkl)."
    )


def _is_pickle(head: bytes) -> bool:
    return head.startswith(_PICKLES)


def _is_smplx(path: Path, head: bytes) -> bool:
    named = path.suffix == ".pkl" and "smplx" in path.name.lower()
    return named or any(word in head for word in _SMPLX_WORDS)


def _safetensors_names(path: Path) -> list[str]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = file.read(length) if length <= _LONGEST_HEADER else b""
    try:
        return [name for name in dict(json.loads(header)) if name != "__metadata__"]
    except (ValueError, TypeError, RecursionError):
        raise ModelFileError(f"{path}: is damaged or cut short. Download it again.") from None


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _unpacked(path: Path) -> Iterator[int]:
    """The lengths of the pieces of a zip as they pass their checksums."""
    with zipfile.ZipFile(path) as file:
        for member in file.infolist():
            try:
                with file.open(member) as content:
                    for chunk in _chunks(content):
                        yield len(chunk)
            except (zipfile.BadZipFile, EOFError) as error:
                raise ModelFileError(
                    f"{path}: is damaged: the checksum of {member.filename} is wrong. "
                    "Download it again."
                ) from error
