"""Takes: the same messages that travel on the wire, in sequence, in an MCAP file.

`livemocap.take_writer` writes them; `livemocap.take_repair` looks into takes and makes a whole one
of a .part that a killed recorder left behind.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mcap.exceptions import EndOfFile, McapError
from mcap.records import Channel, McapRecord, Metadata
from mcap.records import Message as McapMessage
from mcap.stream_reader import CRCValidationError, StreamReader

from livemocap import wire
from livemocap.mcap_pure import MAGIC
from livemocap.messages import Message, TrackFrame
from livemocap.take_writer import PART_SUFFIX, TakeError, TakeWriter, free_name, partial

__all__ = ["PART_SUFFIX", "TakeError", "TakeReader", "TakeWriter", "free_name", "partial"]

_DAMAGE = (McapError, CRCValidationError, struct.error, ValueError, LookupError, OSError)
"""All that reading a damaged file was seen to raise."""


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
