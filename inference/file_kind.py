"""What a file is by its first bytes, whatever it is called. No torch here."""

from __future__ import annotations

from pathlib import Path

from .errors import WeightsError

_HEAD = 1 << 20


def file_head(path: Path) -> bytes:
    """Enough of a file to tell what it is.

    Raises:
        WeightsError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except IsADirectoryError:
        raise WeightsError(f"{path}: is a folder, expected a file.") from None
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}).") from None


def is_safetensors(head: bytes) -> bool:
    """Eight bytes of length, then JSON."""
    return head[8:9] == b"{" and head[7:8] == b"\0"


def is_onnx(head: bytes) -> bool:
    """A protocol buffer whose first field is the version of ONNX, a small number."""
    return head[:1] == b"\x08" and 0 < int.from_bytes(head[1:2]) < 64


def is_nothing_of_use(head: bytes) -> str:
    """Words for what comes instead of a file when a download goes wrong, or nothing."""
    if not head:
        return "is empty"
    if head.lstrip()[:1] == b"<":
        return "is a web page, probably one that asks to confirm or log in: download it again"
    if head.startswith(b"version https://git-lfs"):
        return "only says where the file is (Git LFS): download the file itself"
    return ""
