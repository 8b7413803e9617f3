"""The part of MCAP reading that takes use, in pure Python, for hosts without the mcap package.

Reads from front to back and needs no summary, so that a file that is still being written, or was
left behind, can be read as far as it goes. https://mcap.dev/spec describes the records.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from livemocap.mcap_pure import MAGIC

_FOOTER, _CHANNEL, _MESSAGE, _CHUNK, _METADATA = 0x02, 0x04, 0x05, 0x06, 0x0C
_CHUNK_INDEX, _STATISTICS, _METADATA_INDEX = 0x08, 0x0B, 0x0D
_MESSAGE_HEAD = struct.Struct("<HIQQ")
_CHUNK_HEAD = struct.Struct("<QQQI")
_COUNTS_AT = struct.calcsize("<QHIIIIQQ")
_DAMAGE = (struct.error, UnicodeDecodeError)


class McapDamageError(ValueError):
    """The bytes are not MCAP from here on; what came before was good."""


class NotMcapError(McapDamageError):
    """It does not even begin as such a file."""


class McapEndError(McapDamageError):
    """The file stops in the middle, as one does that is still being written."""


@dataclass(frozen=True, slots=True)
class McapMessage:
    """One message of a channel."""

    topic: str
    t_ns: int
    """When it was logged."""
    sequence: int
    data: memoryview


@dataclass(frozen=True, slots=True)
class McapMetadata:
    """A named table."""

    name: str
    values: dict[str, str]


def read_mcap(file: BinaryIO, size: int) -> Iterator[McapMessage | McapMetadata]:
    """Messages and tables in the order of the file, whose CRCs are checked.

    Args:
        size: of the file; no record may claim more.

    Raises:
        NotMcapError: it is no such file.
        McapDamageError: it is damaged here, or compressed.
        OSError: it cannot be read.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise NotMcapError("no MCAP file")
    reader = _Reader()
    while True:
        kind, content = _record(file, size)
        if kind == _FOOTER:
            break
        try:
            yield from reader.read(kind, content)
        except _DAMAGE as error:
            raise McapDamageError(str(error)) from None
    if file.read(len(MAGIC)) != MAGIC:
        raise McapEndError("the end is missing")


def _record(file: BinaryIO, size: int) -> tuple[int, memoryview]:
    head = file.read(9)
    if len(head) < 9:
        raise McapEndError("the end is missing")
    kind, length = struct.unpack("<BQ", head)
    if length > size:
        raise McapEndError("the end is missing")
    content = file.read(length)
    if len(content) < length:
        raise McapEndError("the end is missing")
    return kind, memoryview(content)


class _Reader:
    """Knows the channels that were declared so far."""

    def __init__(self, topics: Mapping[int, str] | None = None) -> None:
        self._topics = dict(topics or {})

    def read(self, kind: int, content: memoryview) -> Iterator[McapMessage | McapMetadata]:
        if kind == _CHUNK:
            for inner, record in _records(_chunk(content)):
                yield from self.read(inner, record)
        elif kind == _CHANNEL:
            topic, _ = _text(content, 4)
            self._topics[struct.unpack_from("<H", content)[0]] = topic
        elif kind == _MESSAGE:
            channel, sequence, logged_ns, _ = _MESSAGE_HEAD.unpack_from(content)
            data = content[_MESSAGE_HEAD.size :]
            yield McapMessage(self._topics.get(channel, ""), logged_ns, sequence, data)
        elif kind == _METADATA:
            name, at = _text(content, 0)
            yield McapMetadata(name, _table(content, at))


def _chunk(content: memoryview) -> memoryview:
    """The records in a chunk."""
    _, _, size, crc = _CHUNK_HEAD.unpack_from(content)
    compression, at = _text(content, _CHUNK_HEAD.size)
    (stored,) = struct.unpack_from("<Q", content, at)
    records = content[at + 8 :]
    if compression:
        raise McapDamageError(f"compressed with {compression}, which cannot be read here")
    if stored != len(records) or stored != size:
        raise McapDamageError("a chunk has another size than it says")
    if crc and zlib.crc32(records) != crc:
        raise McapDamageError("the checksum of a chunk is wrong")
    return records


def _records(records: memoryview) -> Iterator[tuple[int, memoryview]]:
    at = 0
    while at < len(records):
        kind, length = struct.unpack_from("<BQ", records, at)
        at += 9
        if length > len(records) - at:
            raise McapDamageError("a record leaves its chunk")
        yield kind, records[at : at + length]
        at += length


def _text(content: memoryview, at: int) -> tuple[str, int]:
    """A string, and where the next value begins."""
    (length,) = struct.unpack_from("<I", content, at)
    end = at + 4 + length
    if end > len(content):
        raise McapDamageError("a text leaves its record")
    return str(content[at + 4 : end], "utf-8"), end


def _table(content: memoryview, at: int) -> dict[str, str]:
    (length,) = struct.unpack_from("<I", content, at)
    at += 4
    values, end = {}, at + length
    while at < end:
        key, at = _text(content, at)
        values[key], at = _text(content, at)
    return values


@dataclass(frozen=True, slots=True)
class McapSummary:
    """What a whole file says of itself at its end."""

    topics: dict[int, str]
    """By channel."""
    counts: dict[str, int]
    """Messages by topic."""
    chunks: tuple[int, ...]
    """Where each chunk begins."""
    tables: dict[str, int]
    """Where each named table begins; of several with one name the last."""


def read_summary(file: BinaryIO, size: int) -> McapSummary:
    """A look at the end of a file, which is quick however long it is.

    Raises:
        McapDamageError: it has no such end, as when it is still being written.
    """
    tail = 9 + 20 + len(MAGIC)
    file.seek(max(0, size - tail))
    footer = file.read(tail)
    if size < tail or not footer.endswith(MAGIC) or footer[0] != _FOOTER:
        raise McapEndError("the end is missing")
    (start,) = struct.unpack_from("<Q", footer, 9)
    if not 0 < start <= size - tail:
        raise McapDamageError("there is no summary")
    file.seek(start)
    try:
        return _summary(memoryview(file.read(size - tail - start)))
    except _DAMAGE as error:
        raise McapDamageError(str(error)) from None


def read_chunk(file: BinaryIO, at: int, topics: Mapping[int, str], size: int) -> list[McapMessage]:
    """The messages of the chunk that begins at `at`.

    Args:
        topics: by channel.
        size: of the file.

    Raises:
        McapDamageError: it is damaged.
    """
    file.seek(at)
    kind, content = _record(file, size)
    reader = _Reader(topics)
    if kind != _CHUNK:
        raise McapDamageError("a chunk is not where it should be")
    try:
        return [each for each in reader.read(kind, content) if isinstance(each, McapMessage)]
    except _DAMAGE as error:
        raise McapDamageError(str(error)) from None


def read_table(file: BinaryIO, at: int, size: int) -> dict[str, str]:
    """The values of the table that begins at `at`.

    Raises:
        McapDamageError: it is damaged.
    """
    file.seek(at)
    kind, content = _record(file, size)
    if kind != _METADATA:
        raise McapDamageError("a table is not where it should be")
    try:
        return _table(content, _text(content, 0)[1])
    except _DAMAGE as error:
        raise McapDamageError(str(error)) from None


def _summary(records: memoryview) -> McapSummary:
    topics: dict[int, str] = {}
    counts: dict[str, int] = {}
    chunks: list[int] = []
    tables: dict[str, int] = {}
    for kind, content in _records(records):
        if kind == _CHANNEL:
            topics[struct.unpack_from("<H", content)[0]] = _text(content, 4)[0]
        elif kind == _CHUNK_INDEX:
            chunks.append(struct.unpack_from("<QQQ", content)[2])
        elif kind == _METADATA_INDEX:
            tables[_text(content, 16)[0]] = struct.unpack_from("<Q", content)[0]
        elif kind == _STATISTICS:  # stands after the channels
            (length,) = struct.unpack_from("<I", content, _COUNTS_AT)
            pairs = content[_COUNTS_AT + 4 : _COUNTS_AT + 4 + length]
            for channel, count in struct.iter_unpack("<HQ", pairs):
                topic = topics.get(channel, "")
                counts[topic] = counts.get(topic, 0) + count
    return McapSummary(topics, counts, tuple(chunks), tables)
