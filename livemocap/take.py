"""Takes: the same messages that travel on the wire, in sequence, in an MCAP file.

A recording grows as NAME.mcap.part, two chunks a second, and gets its own name when it is
complete: a file called .mcap is always whole. `livemocap.take_repair` looks into takes and makes
a whole one of a .part that a killed recorder left behind.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mcap.data_stream import RecordBuilder
from mcap.exceptions import EndOfFile, McapError
from mcap.records import Channel, DataEnd, Footer, McapRecord, Metadata
from mcap.records import Message as McapMessage
from mcap.stream_reader import CRCValidationError, StreamReader
from mcap.writer import CompressionType, Writer

from livemocap import __version__, wire
from livemocap.messages import SCHEMA_VERSION, Message, TrackFrame

PART_SUFFIX = ".part"
ENCODING = "livemocap"
PROFILE = "livemocap"
_DAMAGE = (McapError, CRCValidationError, struct.error, ValueError, LookupError, OSError)
"""All that reading a damaged file was seen to raise."""
MAGIC = b"\x89MCAP0\r\n"


class TakeError(ValueError):
    """A take that cannot be read, or written where it was asked to."""


def free_name(directory: Path, stem: str) -> Path:
    """`stem.mcap`, or `stem_002.mcap` and on: a take never overwrites another."""
    for number in range(1, 100_000):
        path = directory / (f"{stem}.mcap" if number == 1 else f"{stem}_{number:03d}.mcap")
        if not path.exists() and not partial(path).exists():
            return path
    raise TakeError(f"{directory}: no free name like {stem}.mcap")


def partial(path: Path) -> Path:
    """Where the take lies while it is being written."""
    return path.with_name(path.name + PART_SUFFIX)


class _WholeWrites:
    """An unbuffered file whose writes are all or an error, so that a full disk shows at once."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._at = 0

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        while len(view):
            written = self._raw.write(view)
            self._at += written
            view = view[written:]
        return self._at

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        pass

    def truncate(self, length: int) -> None:
        self._raw.truncate(length)
        self._raw.seek(length)
        self._at = length

    def sync(self) -> None:
        os.fsync(self._raw.fileno())

    def close(self) -> None:
        self._raw.close()


class TakeWriter:
    """Writes messages as they come.

    Args:
        path: the final name; nothing stands there before `close`.
        config: the effective studio.toml, kept inside.
        chunk_s: how much a power cut may cost.
        clocks: the `take` metadata of the recording that this one copies.
    """

    def __init__(
        self,
        path: Path,
        config: str = "",
        chunk_s: float = 0.5,
        clocks: Mapping[str, str] | None = None,
    ) -> None:
        if path.exists() or partial(path).exists():
            raise TakeError(f"{path}: exists already; choose another name")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _WholeWrites(partial(path).open("xb", buffering=0))
        except OSError as error:
            raise TakeError(f"{path}: {error.strerror}") from None
        self.path, self._part = path, partial(path)
        self.messages = self._kept = 0
        self._chunk_s = chunk_s
        self._flushed_s = time.monotonic()
        self._channels: dict[str, int] = {}
        self._whole: list[tuple[int, int]] = []  # (length, messages) after each chunk
        # chunks are closed by time below, never by size: a chunk in memory is lost in a kill
        output: Any = self._file  # all that Writer needs of a stream
        self._mcap = Writer(output, chunk_size=1 << 30, compression=CompressionType.NONE)
        try:
            self._begin(config, clocks)
        except OSError as error:
            self.abandon().unlink()
            raise TakeError(f"{path}: {error.strerror}") from None

    def _begin(self, config: str, clocks: Mapping[str, str] | None) -> None:
        self._mcap.start(PROFILE, f"livemocap {__version__}")
        self._schema = self._mcap.register_schema(
            f"livemocap/{SCHEMA_VERSION}", ENCODING, b"docs/protocol.md"
        )
        now = {
            "started_unix_ns": str(time.time_ns()),
            "started_monotonic_ns": str(time.monotonic_ns()),
            "schema_version": str(SCHEMA_VERSION),
        }
        self.add_metadata("take", now if clocks is None else clocks)
        if config:
            self.add_metadata("config", {"studio.toml": config})

    def add_metadata(self, name: str, values: Mapping[str, str]) -> None:
        self._mcap.add_metadata(name, dict(values))
        self._mark()

    def write(self, topic: str, message: Message) -> None:
        """Append one message.

        Raises:
            OSError: the disk is full or gone; what was written before stays readable.
        """
        if topic not in self._channels:
            self._channels[topic] = self._mcap.register_channel(topic, ENCODING, self._schema)
        t_ns = getattr(message, "t_capture_ns", time.monotonic_ns())
        self._mcap.add_message(
            self._channels[topic],
            log_time=max(t_ns, 0),
            publish_time=max(t_ns, 0),
            sequence=getattr(message, "sequence", 0) & 0xFFFFFFFF,
            data=wire.pack(wire.encode(message)),
        )
        self.messages += 1
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Flush if the current chunk is old enough; call it also while nothing comes."""
        if time.monotonic() - self._flushed_s >= self._chunk_s:
            self.flush()

    def flush(self) -> None:
        """Close the current chunk and hand it to the operating system."""
        self._flushed_s = time.monotonic()
        self._mcap.flush()
        self._kept = self.messages
        self._mark()

    def _mark(self) -> None:
        self._whole.append((self._file.tell(), self._kept))
        del self._whole[:-16]

    def close(self) -> Path:
        """Finish the file and give it its name.

        Raises:
            OSError: it could not be finished; `seal` saves what there is.
        """
        self.flush()
        self._mcap.finish()
        return self._publish()

    def seal(self) -> tuple[Path, int]:
        """Finish the file after a failed write: everything up to the last whole chunk, no index.

        Returns:
            The take and how many messages it holds.

        Raises:
            OSError: not even that was possible; the .part stays, for `recover`.
        """
        while True:
            length, messages = self._whole.pop()
            self._file.truncate(length)
            try:
                self._file.write(_ending())
                break
            except OSError:
                if not self._whole:
                    raise
        return self._publish(), messages

    def _publish(self) -> Path:
        self._file.sync()
        self._file.close()
        if self.path.exists():  # it came while we were writing
            self.path = free_name(self.path.parent, self.path.stem)
        self._part.rename(self.path)
        return self.path

    def abandon(self) -> Path:
        """Stop writing as things are; the .part stays, for `recover`."""
        self._file.close()
        return self._part


def _ending() -> bytes:
    """The records that end a file without an index."""
    records = RecordBuilder()
    DataEnd(data_section_crc=0).write(records)
    Footer(summary_start=0, summary_offset_start=0, summary_crc=0).write(records)
    return records.end() + MAGIC


class _WithinFile:
    """A file that refuses lengths beyond its end, which damaged records ask for."""

    def __init__(self, file: Any, size: int) -> None:
        self._file, self._left = file, size

    def read(self, length: int) -> bytes:
        if length > self._left:
            raise EndOfFile
        self._left -= length
        return self._file.read(length)


class TakeReader:
    """Reads a take's messages in the order they were recorded.

    Args:
        path: a .mcap, or a .part that is still being written or was left behind.

    Raises:
        TakeError: it is missing or no take at all.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                magic = file.read(8)
        except OSError as error:
            raise TakeError(f"{path}: {error.strerror}") from None
        if magic != MAGIC:
            raise TakeError(f"{path}: not a take (no MCAP file)")

    def messages(self, topics: Sequence[str] = ()) -> Iterator[tuple[str, Message]]:
        """(topic, message) of every message, or of the topics that start with one of `topics`.

        Raises:
            TakeError: the file is damaged here; what came before was good.
        """
        channels: dict[int, str] = {}
        for record in self.records():
            if isinstance(record, Channel):
                channels[record.id] = record.topic
            elif isinstance(record, McapMessage):
                topic = channels.get(record.channel_id, "")
                if not topics or topic.startswith(tuple(topics)):
                    yield topic, self._decode(record)

    def tracks(self) -> Iterator[TrackFrame]:
        """Only the tracked people, frame by frame."""
        for _, message in self.messages(["track"]):
            if isinstance(message, TrackFrame):
                yield message

    def metadata(self) -> dict[str, dict[str, str]]:
        """Named tables: `take` (clocks, schema), `config` (studio.toml) and others."""
        return {r.name: dict(r.metadata) for r in self.records() if isinstance(r, Metadata)}

    def _decode(self, record: McapMessage) -> Message:
        try:
            return wire.decode(wire.unpack(record.data))
        except wire.WireError as error:
            raise TakeError(f"{self.path}: {error}") from None

    def records(self) -> Iterator[McapRecord]:
        """Everything in the file, as MCAP has it.

        Raises:
            TakeError: the file is damaged here.
        """
        with self.path.open("rb") as file:
            stream: Any = _WithinFile(file, self.path.stat().st_size)
            try:
                yield from StreamReader(stream, validate_crcs=True).records
            except EndOfFile:
                raise TakeError(self._damage("the end is missing")) from None
            except _DAMAGE as error:
                raise TakeError(self._damage(str(error) or type(error).__name__)) from None

    def _damage(self, what: str) -> str:
        return f"{self.path}: damaged ({what}). Try `livemocap take recover {self.path}`."
