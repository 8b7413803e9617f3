"""Takes: the same messages that travel on the wire, in sequence, in an MCAP file.

A recording grows as NAME.mcap.part, a chunk a second, and gets its own name when it is
complete: a file called .mcap is always whole. `recover` makes a whole one of a .part that a
killed recorder left behind.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcap.exceptions import McapError
from mcap.records import Channel, Footer, McapRecord, Metadata
from mcap.records import Message as McapMessage
from mcap.stream_reader import CRCValidationError, StreamReader
from mcap.writer import CompressionType, Writer

from livemocap import __version__, wire
from livemocap.messages import SCHEMA_VERSION, Message, TrackFrame

PART_SUFFIX = ".part"
ENCODING = "livemocap"
PROFILE = "livemocap"


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
    """

    def __init__(self, path: Path, config: str = "", chunk_s: float = 0.5) -> None:
        if path.exists() or partial(path).exists():
            raise TakeError(f"{path}: exists already; choose another name")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _WholeWrites(partial(path).open("xb", buffering=0))
        except OSError as error:
            raise TakeError(f"{path}: {error.strerror}") from None
        self.path = path
        self.messages = 0
        self._chunk_s = chunk_s
        self._flushed_s = time.monotonic()
        self._channels: dict[str, int] = {}
        # chunks are closed by time below, never by size: a chunk in memory is lost in a kill
        output: Any = self._file  # all that Writer needs of a stream
        self._mcap = Writer(output, chunk_size=1 << 30, compression=CompressionType.NONE)
        self._mcap.start(PROFILE, f"livemocap {__version__}")
        self._schema = self._mcap.register_schema(
            f"livemocap/{SCHEMA_VERSION}", ENCODING, b"docs/protocol.md"
        )
        self.add_metadata(
            "take",
            {
                "started_unix_ns": str(time.time_ns()),
                "started_monotonic_ns": str(time.monotonic_ns()),
                "schema_version": str(SCHEMA_VERSION),
            },
        )
        if config:
            self.add_metadata("config", {"studio.toml": config})

    def add_metadata(self, name: str, values: Mapping[str, str]) -> None:
        self._mcap.add_metadata(name, dict(values))

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
        if time.monotonic() - self._flushed_s >= self._chunk_s:
            self.flush()

    def flush(self) -> None:
        """Close the current chunk and hand it to the operating system."""
        self._flushed_s = time.monotonic()
        self._mcap.flush()

    def close(self) -> Path:
        """Finish the file and give it its name."""
        self._mcap.finish()
        self._file.sync()
        self._file.close()
        partial(self.path).rename(self.path)
        return self.path

    def abandon(self) -> Path:
        """Stop writing as things are; the .part stays, for `recover`."""
        self._file.close()
        return partial(self.path)


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
        if magic != b"\x89MCAP0\r\n":
            raise TakeError(f"{path}: not a take (no MCAP file)")

    def messages(self, topics: Sequence[str] = ()) -> Iterator[tuple[str, Message]]:
        """(topic, message) of every message, or of the topics that start with one of `topics`.

        Raises:
            TakeError: the file is damaged here; what came before was good.
        """
        channels: dict[int, str] = {}
        for record in self._records():
            if isinstance(record, Channel):
                channels[record.id] = record.topic
            elif isinstance(record, McapMessage):
                topic = channels[record.channel_id]
                if not topics or topic.startswith(tuple(topics)):
                    yield topic, self._decode(record)

    def tracks(self) -> Iterator[TrackFrame]:
        """Only the tracked people, frame by frame."""
        for _, message in self.messages(["track"]):
            if isinstance(message, TrackFrame):
                yield message

    def metadata(self) -> dict[str, dict[str, str]]:
        """Named tables: `take` (clocks, schema), `config` (studio.toml) and others."""
        return {r.name: dict(r.metadata) for r in self._records() if isinstance(r, Metadata)}

    def _decode(self, record: McapMessage) -> Message:
        try:
            return wire.decode(wire.unpack(record.data))
        except wire.WireError as error:
            raise TakeError(f"{self.path}: {error}") from None

    def _records(self) -> Iterator[McapRecord]:
        whole = False
        with self.path.open("rb") as file:
            try:
                for record in StreamReader(file, validate_crcs=True).records:
                    whole |= isinstance(record, Footer)
                    yield record
            except (McapError, CRCValidationError, struct.error, ValueError, OSError) as error:
                if isinstance(error, TakeError):
                    raise
                raise TakeError(self._damage(str(error) or type(error).__name__)) from None
        if not whole:
            raise TakeError(self._damage("the end is missing"))

    def _damage(self, what: str) -> str:
        return f"{self.path}: damaged ({what}). Try `livemocap take recover {self.path}`."


@dataclass(slots=True)
class TakeSummary:
    """What lies in a take, and whether all of it can be read."""

    path: Path
    counts: dict[str, int] = field(default_factory=dict)
    """Messages by topic."""
    first_ns: int = 0
    last_ns: int = 0
    """Capture time of the first and last tracked frame."""
    track_ids: set[int] = field(default_factory=set)
    gaps: int = 0
    """Sequence numbers missing between tracked frames."""
    damage: str = ""
    """Empty when every byte could be read."""


def summarize(path: Path) -> TakeSummary:
    """Read all of a take, as far as it goes."""
    summary = TakeSummary(path)
    previous: dict[str, int] = {}
    try:
        for topic, message in TakeReader(path).messages():
            summary.counts[topic] = summary.counts.get(topic, 0) + 1
            if isinstance(message, TrackFrame):
                summary.first_ns = summary.first_ns or message.t_capture_ns
                summary.last_ns = message.t_capture_ns
                summary.track_ids.update(message.track_ids.tolist())
                expected = previous.get(message.camera_id, message.sequence - 1) + 1
                summary.gaps += max(0, message.sequence - expected)
                previous[message.camera_id] = message.sequence
    except TakeError as error:
        summary.damage = str(error)
    return summary


def recover(path: Path, target: Path | None = None) -> tuple[Path, int]:
    """Copy all that can be read of a damaged take into a whole one.

    Returns:
        The new take and the number of messages saved.

    Raises:
        TakeError: nothing could be read, or the target exists.
    """
    plain = path.with_name(path.name.removesuffix(PART_SUFFIX))
    if target is None:
        target = free_name(path.parent, f"{plain.stem}_recovered")
    reader = TakeReader(path)
    writer: TakeWriter | None = None
    try:
        for topic, message in reader.messages():
            writer = writer or TakeWriter(target)
            writer.write(topic, message)
    except TakeError as error:
        if writer is None:
            raise TakeError(f"{path}: nothing in it can be read: {error}") from None
    if writer is None:
        raise TakeError(f"{path}: holds no messages")
    for name, values in _readable_metadata(reader).items():
        writer.add_metadata(f"original_{name}" if name == "take" else name, values)
    return writer.close(), writer.messages


def _readable_metadata(reader: TakeReader) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    try:
        for record in reader._records():
            if isinstance(record, Metadata):
                found[record.name] = dict(record.metadata)
    except TakeError:
        pass
    return found
