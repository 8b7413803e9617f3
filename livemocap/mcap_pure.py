"""The part of MCAP writing that takes use, in pure Python, for hosts without the mcap package.

The same bytes as mcap.writer.Writer without compression: chunks with CRCs, message indexes, and
a summary with schemas, channels, statistics, indexes and offsets. Blender's Python is such a host.
https://mcap.dev/spec describes the records.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Protocol

MAGIC = b"\x89MCAP0\r\n"

_HEADER, _FOOTER, _SCHEMA, _CHANNEL, _MESSAGE, _CHUNK, _MESSAGE_INDEX, _CHUNK_INDEX = range(1, 9)
_ATTACHMENT_INDEX, _STATISTICS, _METADATA, _METADATA_INDEX = 0x0A, 0x0B, 0x0C, 0x0D
_SUMMARY_OFFSET, _DATA_END = 0x0E, 0x0F
_MESSAGE_HEAD = struct.Struct("<BQHIQQ")
_UNCOMPRESSED = struct.pack("<I", 0)
"""The empty name of the compression."""


class Output(Protocol):
    """A file that takes all or raises OSError."""

    def write(self, data: bytes | bytearray, /) -> object: ...

    def tell(self) -> int: ...


def ending(summary_start: int = 0, offsets_start: int = 0, summary_crc: int = 0) -> bytes:
    """What stands at the end of a file; without arguments, of one that has no summary."""
    footer = struct.pack("<QQI", summary_start, offsets_start, summary_crc)
    return _record(_FOOTER, footer) + MAGIC


def data_end() -> bytes:
    """The record after the last chunk; its own CRC, of all bytes before, is left out."""
    return _record(_DATA_END, struct.pack("<I", 0))


class McapWriter:
    """Writes records as they come; messages wait in memory for their chunk to be flushed."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._schemas: list[bytes] = []
        self._channels: list[bytes] = []
        self._chunk_indexes: list[bytes] = []
        self._metadata_indexes: list[bytes] = []
        self._counts: dict[int, int] = {}
        self._first_ns = self._last_ns = 0
        self._chunk = _Chunk()

    def start(self, profile: str, library: str) -> None:
        self._output.write(MAGIC + _record(_HEADER, _text(profile) + _text(library)))

    def register_schema(self, name: str, encoding: str, data: bytes) -> int:
        number = len(self._schemas) + 1
        described = struct.pack("<H", number) + _text(name) + _text(encoding) + _sized(data)
        self._schemas.append(_record(_SCHEMA, described))
        self._chunk.records += self._schemas[-1]
        return number

    def register_channel(self, topic: str, encoding: str, schema: int) -> int:
        number = len(self._channels) + 1
        described = struct.pack("<HH", number, schema) + _text(topic) + _text(encoding)
        self._channels.append(_record(_CHANNEL, described + _table({})))
        self._chunk.records += self._channels[-1]
        return number

    def add_message(self, channel: int, t_ns: int, sequence: int, data: bytes) -> None:
        """Append to the current chunk; `t_ns` is when it was published and logged."""
        self._chunk.add(channel, t_ns, sequence, data)
        self._first_ns = min(self._first_ns, t_ns) if self._counts else t_ns
        self._last_ns = max(self._last_ns, t_ns)
        self._counts[channel] = self._counts.get(channel, 0) + 1

    def add_metadata(self, name: str, values: Mapping[str, str]) -> None:
        """Write a named table at once, before the current chunk."""
        at, record = self._output.tell(), _record(_METADATA, _text(name) + _table(values))
        self._output.write(record)
        index = struct.pack("<QQ", at, len(record)) + _text(name)
        self._metadata_indexes.append(_record(_METADATA_INDEX, index))

    def flush(self) -> None:
        """Write the current chunk, if there is a message in it, and begin another."""
        if not self._chunk.indexes:
            return
        chunk, self._chunk = self._chunk, _Chunk()
        at = self._output.tell()
        self._output.write(chunk.head())
        self._output.write(chunk.records)
        indexes_start = self._output.tell()
        offsets, indexes = chunk.message_indexes(indexes_start)
        self._output.write(indexes)
        index = struct.pack("<QQQQ", chunk.first_ns, chunk.last_ns, at, indexes_start - at)
        index += _sized(offsets) + struct.pack("<Q", len(indexes)) + _UNCOMPRESSED
        index += struct.pack("<QQ", len(chunk.records), len(chunk.records))
        self._chunk_indexes.append(_record(_CHUNK_INDEX, index))

    def finish(self) -> None:
        """Write what is left, the summary and the end."""
        self.flush()
        self._output.write(data_end())
        start = self._output.tell()
        summary, offsets = bytearray(), bytearray()
        for kind, records in self._summary_groups():
            group = b"".join(records)
            where = struct.pack("<BQQ", kind, start + len(summary), len(group))
            offsets += _record(_SUMMARY_OFFSET, where)
            summary += group
        offsets_start = start + len(summary)
        summary += offsets
        footer_begins = struct.pack("<BQQQ", _FOOTER, 8 + 8 + 4, start, offsets_start)
        crc = zlib.crc32(footer_begins, zlib.crc32(summary))
        self._output.write(summary + ending(start, offsets_start, crc))

    def _summary_groups(self) -> Iterable[tuple[int, list[bytes]]]:
        yield _SCHEMA, self._schemas
        yield _CHANNEL, self._channels
        yield _STATISTICS, [self._statistics()]
        yield _CHUNK_INDEX, self._chunk_indexes
        yield _ATTACHMENT_INDEX, []
        yield _METADATA_INDEX, self._metadata_indexes

    def _statistics(self) -> bytes:
        messages, attachments = sum(self._counts.values()), 0
        content = struct.pack("<QHI", messages, len(self._schemas), len(self._channels))
        content += struct.pack(
            "<III", attachments, len(self._metadata_indexes), len(self._chunk_indexes)
        )
        content += struct.pack("<QQ", self._first_ns, self._last_ns)
        counts = b"".join(struct.pack("<HQ", *count) for count in self._counts.items())
        return _record(_STATISTICS, content + _sized(counts))


class _Chunk:
    """The records that are written together, and where in them each channel's messages lie."""

    def __init__(self) -> None:
        self.records = bytearray()
        self.indexes: dict[int, bytearray] = {}
        self.first_ns = self.last_ns = 0

    def add(self, channel: int, t_ns: int, sequence: int, data: bytes) -> None:
        self.first_ns = min(self.first_ns, t_ns) if self.indexes else t_ns
        self.last_ns = max(self.last_ns, t_ns)
        index = self.indexes.setdefault(channel, bytearray())
        index += struct.pack("<QQ", t_ns, len(self.records))
        size = _MESSAGE_HEAD.size - 9 + len(data)
        self.records += _MESSAGE_HEAD.pack(_MESSAGE, size, channel, sequence, t_ns, t_ns)
        self.records += data

    def head(self) -> bytes:
        """What stands before the records, which may be large and are not copied."""
        size, crc = len(self.records), zlib.crc32(self.records)
        head = struct.pack("<QQQI", self.first_ns, self.last_ns, size, crc) + _UNCOMPRESSED
        head += struct.pack("<Q", size)
        return struct.pack("<BQ", _CHUNK, len(head) + size) + head

    def message_indexes(self, at: int) -> tuple[bytes, bytes]:
        """Which channel's index lies where in the file, and the indexes, written at `at`."""
        offsets, indexes = bytearray(), bytearray()
        for channel, index in self.indexes.items():
            offsets += struct.pack("<HQ", channel, at + len(indexes))
            indexes += _record(_MESSAGE_INDEX, struct.pack("<H", channel) + _sized(index))
        return bytes(offsets), bytes(indexes)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<BQ", kind, len(content)) + content


def _sized(content: bytes | bytearray) -> bytes:
    return struct.pack("<I", len(content)) + content


def _text(text: str) -> bytes:
    return _sized(text.encode())


def _table(values: Mapping[str, str]) -> bytes:
    return _sized(b"".join(_text(key) + _text(value) for key, value in values.items()))
