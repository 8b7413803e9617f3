"""Binary FBX as a tree of named records: FBX 7.0 to 7.7, read and written byte for byte.

A record is its name, properties and records below it. Properties stay as the file has them, a
type code and the bytes after it, so that what nobody touches is written back as it was read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array

from ..errors import RetargetError

_MAGIC = b"Kaydara FBX Binary  \x00\x1a\x00"
_WIDE_FROM = 7500
"""The version from which offsets have 64 bits."""

_OLDEST = 7000
"""What 6.x calls animation is another thing altogether."""

_SCALARS = {"C": "<?", "Y": "<h", "I": "<i", "L": "<q", "F": "<f", "D": "<d"}
_SCALAR_CODES: tuple[tuple[type, str], ...] = (
    (bool, "C"),  # before int, as it is one too
    (np.int64, "L"),
    (np.int16, "Y"),
    (int, "I"),
    (float, "D"),
)
_ARRAYS = {"f": "<f4", "d": "<f8", "i": "<i4", "l": "<i8", "b": "?", "c": "u1"}
_CODES = {np.dtype(kind): code for code, kind in _ARRAYS.items()}
_RAW_BYTES = 128
"""Arrays up to this size are not worth compressing."""

# The footer is a function of the file's identity and time of creation, which nobody has to know
# if these three are written together.
FILE_ID = bytes.fromhex("28b32aebb624ccc2bfc8b02aa92bfcf1")
CREATED = "1970-01-01 10:00:00:000"
_FOOT = bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
_END = bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")


@dataclass(slots=True)
class Node:
    """One record."""

    name: str
    properties: list[bytes] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    closed: bool = False
    """Whether an empty record ends it even without children."""

    def values(self) -> list[Any]:
        """What its properties say; arrays as NumPy's, see `decode`."""
        return [decode(each) for each in self.properties]

    def below(self, name: str) -> Iterator[Node]:
        """Its children of that name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Node | None:
        return next(self.below(name), None)


@dataclass(frozen=True)
class Tree:
    """All of a file."""

    version: int
    """Such as 7400."""
    nodes: list[Node]
    foot: bytes = _FOOT
    """(16,) as it was read: it goes with FileId and CreationTime."""


def node(name: str, *values: Any, children: Sequence[Node] = (), closed: bool = False) -> Node:
    """A record of values as `encode` takes them."""
    return Node(name, [encode(each) for each in values], list(children), closed)


def encode(value: Any) -> bytes:
    """A property: bool, str, bytes, float (64 bits), int (32 bits), np.int64, np.int16, arrays.

    Arrays are of float32, float64, int32, int64 or bool.
    """
    if isinstance(value, np.ndarray):
        return encode_array(value)
    if isinstance(value, str | bytes):
        code, raw = ("S", value.encode()) if isinstance(value, str) else ("R", value)
        return code.encode() + struct.pack("<I", len(raw)) + raw
    code = _scalar_code(value)
    return code.encode() + struct.pack(_SCALARS[code], value)


def _scalar_code(value: Any) -> str:
    for kind, code in _SCALAR_CODES:
        if isinstance(value, kind):
            return code
    raise TypeError(f"FBX has no property for {type(value).__name__}")


def encode_array(values: Array, level: int = 1) -> bytes:
    """An array property, compressed where that is worth it.

    Args:
        level: of zlib; 1 is fast, and more hardly finds anything in measured motion.
    """
    code = _CODES[values.dtype.newbyteorder("<")]
    raw = values.astype(_ARRAYS[code], copy=False).tobytes()
    packed = len(raw) > _RAW_BYTES
    stored = zlib.compress(raw, level) if packed else raw
    return code.encode() + struct.pack("<3I", values.size, packed, len(stored)) + stored


def decode(raw: bytes) -> Any:
    """What a property says: the inverse of `encode`.

    Text that is not UTF-8 keeps its bytes as surrogates.
    """
    code = chr(raw[0])
    if code in _SCALARS:
        return struct.unpack_from(_SCALARS[code], raw, 1)[0]
    if code == "R":
        return raw[5:]
    if code == "S":
        return raw[5:].decode(errors="surrogateescape")
    count, packed, size = struct.unpack_from("<3I", raw, 1)
    stored = raw[13 : 13 + size]
    return np.frombuffer(zlib.decompress(stored) if packed else stored, _ARRAYS[code], count)


def write_tree(path: Path, tree: Tree) -> None:
    """Write a file; `path` is not whole until this returns.

    Raises:
        RetargetError: it would have more than the 4 GB that versions before 7.5 can have.
        OSError: the disk is full, or the folder is no place for files.
    """
    head = _MAGIC + struct.pack("<I", tree.version)
    layout = _Layout(tree.version)
    parts, end = [head], len(head)
    try:
        for each in tree.nodes:
            end = layout.lay(each, end, parts)
    except struct.error:
        raise RetargetError(f"{path}: more than the 4 GB that fit into an FBX file") from None
    end += len(layout.null) + len(tree.foot)
    parts += [layout.null, tree.foot, bytes(16 - end % 16 + 4)]
    parts += [struct.pack("<I", tree.version), bytes(120), _END]
    with path.open("wb") as file:
        file.writelines(parts)


class _Layout:
    """How records lie in a file of some version."""

    def __init__(self, version: int) -> None:
        self.head = struct.Struct("<3Q" if version >= _WIDE_FROM else "<3I")
        self.null = bytes(self.head.size + 1)

    def lay(self, each: Node, at: int, parts: list[bytes]) -> int:
        """Append a record that starts at byte `at`; returns where it ends."""
        name, place = each.name.encode(), len(parts)
        parts.append(b"")
        parts += each.properties
        size = sum(map(len, each.properties))
        end = at + self.head.size + 1 + len(name) + size
        for child in each.children:
            end = self.lay(child, end, parts)
        if each.children or each.closed:
            parts.append(self.null)
            end += len(self.null)
        parts[place] = self.head.pack(end, len(each.properties), size) + bytes([len(name)]) + name
        return end


def read_tree(path: Path) -> Tree:
    """Read a file of any writer.

    Raises:
        RetargetError: it is missing, no binary FBX, too old or damaged; the message says which.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RetargetError(f"{path}: {error.strerror}") from None
    if not content.startswith(_MAGIC):
        raise RetargetError(f"{path}: no binary FBX file; save it as binary FBX, version 7.4")
    try:
        return _read(content)
    except (struct.error, IndexError, UnicodeDecodeError, ValueError) as error:
        raise RetargetError(f"{path}: damaged FBX file ({error})") from None


def _read(content: bytes) -> Tree:
    at = len(_MAGIC)
    (version,) = struct.unpack_from("<I", content, at)
    if version < _OLDEST:
        raise ValueError(f"version {version / 1000:g}; 7.0 and later can be read")
    reader = _Reader(content, version)
    nodes, at = reader.records(at + 4, len(content))
    return Tree(version, nodes, content[at : at + 16])


class _Reader:
    """Takes records out of a file's bytes."""

    def __init__(self, content: bytes, version: int) -> None:
        self._content = content
        self._layout = _Layout(version)

    def records(self, at: int, end: int) -> tuple[list[Node], int]:
        """All records from byte `at` to the empty one; returns them and where that one ends."""
        found = []
        while self._content[at : at + len(self._layout.null)] != self._layout.null:
            record, at = self._record(at, end)
            found.append(record)
        return found, at + len(self._layout.null)

    def _record(self, at: int, limit: int) -> tuple[Node, int]:
        end, count, size = self._layout.head.unpack_from(self._content, at)
        start = at + self._layout.head.size + 1
        stop = start + self._content[start - 1]
        name = self._content[start:stop].decode()
        if not stop + size <= end <= limit:
            raise ValueError(f"record {name!r} at byte {at} ends at byte {end}")
        properties, at = self._properties(stop, count)
        if at != stop + size:
            raise ValueError(f"properties of {name!r} end at byte {at}, not {stop + size}")
        if at == end:
            return Node(name, properties), end
        children, at = self.records(at, end)
        if at != end:
            raise ValueError(f"record {name!r} ends at byte {at}, not {end}")
        return Node(name, properties, children, closed=True), end

    def _properties(self, at: int, count: int) -> tuple[list[bytes], int]:
        found = []
        for _ in range(count):
            size = self._property_size(at)
            found.append(self._content[at : at + size])
            at += size
        return found, at

    def _property_size(self, at: int) -> int:
        code = chr(self._content[at])
        if code in _SCALARS:
            return 1 + struct.calcsize(_SCALARS[code])
        if code in "SR":
            return 5 + struct.unpack_from("<I", self._content, at + 1)[0]
        if code in _ARRAYS:
            return 13 + struct.unpack_from("<I", self._content, at + 9)[0]
        raise ValueError(f"property of unknown kind {code!r} at byte {at}")
