"""The pure reader, against the mcap package's."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.records import Channel, Message, Metadata
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer

from livemocap.mcap_pure import McapWriter
from livemocap.mcap_reader_pure import (
    McapDamageError,
    McapEndError,
    McapMessage,
    NotMcapError,
    read_mcap,
)

_NS = st.integers(0, 2**64 - 1)
_MESSAGE = st.tuples(st.integers(0, 3), _NS, st.integers(0, 2**32 - 1), st.binary(max_size=40))
_METADATA = st.tuples(st.text(max_size=6), st.dictionaries(st.text(max_size=5), st.text()))
_STEPS = st.lists(st.one_of(_MESSAGE, _METADATA, st.none()), max_size=30)
_TOPICS = ("track", "pose/cam0", "", "pose/ü")


def written(steps: list[Any]) -> bytes:
    """None ends a chunk."""
    file = io.BytesIO()
    writer, channels = McapWriter(file), {}
    writer.start("profile", "library")
    schema = writer.register_schema("schema", "encoding", b"content")
    for step in steps:
        if step is None:
            writer.flush()
        elif len(step) == 2:
            writer.add_metadata(*step)
        else:
            topic, *values = step
            if topic not in channels:
                channels[topic] = writer.register_channel(_TOPICS[topic], "encoding", schema)
            writer.add_message(channels[topic], *values)
    writer.finish()
    return file.getvalue()


def by_package(content: bytes, **options: Any) -> list[Any]:
    """What the mcap package finds, in our words."""
    found, topics = [], {}
    for record in StreamReader(io.BytesIO(content), validate_crcs=True, **options).records:
        if isinstance(record, Channel):
            topics[record.id] = record.topic
        elif isinstance(record, Message):
            topic = topics[record.channel_id]
            found.append((topic, record.log_time, record.sequence, record.data))
        elif isinstance(record, Metadata):
            found.append((record.name, dict(record.metadata)))
    return found


def plain(record: Any) -> tuple:
    if isinstance(record, McapMessage):
        return record.topic, record.t_ns, record.sequence, bytes(record.data)
    return record.name, record.values


def by_us(content: bytes) -> list[Any]:
    return [plain(record) for record in read_mcap(io.BytesIO(content), len(content))]


@settings(deadline=None)
@given(_STEPS)
def test_it_finds_what_the_mcap_package_finds(steps: list[Any]) -> None:
    content = written(steps)
    assert by_us(content) == by_package(content)


@settings(deadline=None)
@given(st.lists(_MESSAGE, max_size=20), st.booleans(), st.integers(1, 200))
def test_it_reads_what_the_mcap_package_writes(
    messages: list[Any], chunked: bool, chunk_size: int
) -> None:
    file = io.BytesIO()
    writer = Writer(file, chunk_size, CompressionType.NONE, use_chunking=chunked)
    writer.start("profile", "library")
    channels = [writer.register_channel(topic, "encoding", 0) for topic in _TOPICS]
    for topic, t_ns, sequence, data in messages:
        writer.add_message(channels[topic], t_ns, data, t_ns, sequence)
    writer.add_attachment(1, 2, "a.txt", "text/plain", b"abc")
    writer.finish()
    sent = [(_TOPICS[topic], *rest) for topic, *rest in messages]
    assert by_us(file.getvalue()) == sent == by_package(file.getvalue())


@settings(deadline=None)
@given(_STEPS, st.floats(0, 1))
def test_a_file_that_stops_anywhere_gives_what_came_before_and_then_says_so(
    steps: list[Any], part: float
) -> None:
    whole = written(steps)
    content, found = whole[: int(part * (len(whole) - 1))], []
    expected = NotMcapError if len(content) < 8 else McapEndError
    with pytest.raises(expected):
        found.extend(plain(r) for r in read_mcap(io.BytesIO(content), len(content)))
    assert found == by_us(whole)[: len(found)]


@settings(deadline=None)
@given(_STEPS, st.data())
def test_damage_anywhere_is_one_kind_of_error_or_none(
    steps: list[Any], data: st.DataObject
) -> None:
    content = bytearray(written(steps))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(McapDamageError):
        by_us(bytes(content))


def test_a_message_that_was_changed_on_disk_is_noticed() -> None:
    content = written([(0, 1, 2, b"abcdefgh")])
    with pytest.raises(McapDamageError, match="checksum"):
        by_us(content.replace(b"abcdefgh", b"abcdefgi"))


def test_compressed_files_are_refused_by_name() -> None:
    file = io.BytesIO()
    writer = Writer(file, 100, CompressionType.LZ4)
    writer.start("profile", "library")
    channel = writer.register_channel("track", "encoding", 0)
    writer.add_message(channel, 1, b"a" * 500, 1)
    writer.finish()
    with pytest.raises(McapDamageError, match="compressed with lz4"):
        by_us(file.getvalue())
