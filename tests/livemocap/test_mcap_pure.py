"""The pure writer, against the mcap package's own writer and readers."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from mcap.reader import NonSeekingReader, SeekingReader
from mcap.writer import CompressionType, Writer

from livemocap.mcap_pure import MAGIC, McapWriter, data_end, ending

_NS = st.integers(0, 2**64 - 1)
_MESSAGE = st.tuples(
    st.just("message"), st.integers(0, 3), _NS, st.integers(0, 2**32 - 1), st.binary(max_size=40)
)
_METADATA = st.tuples(
    st.just("metadata"), st.text(max_size=6), st.dictionaries(st.text(max_size=5), st.text())
)
_STEPS = st.lists(st.one_of(_MESSAGE, _MESSAGE, _METADATA, st.just(("flush",))), max_size=30)
_TOPICS = ("track", "pose/cam0", "", "pose/ü")


def pure(steps: list[tuple]) -> bytes:
    file = io.BytesIO()
    writer, channels = McapWriter(file), {}
    writer.start("profile", "library")
    schema = writer.register_schema("schema", "encoding", b"content")
    for what, *values in steps:
        if what == "message":
            topic, t_ns, sequence, content = values
            if topic not in channels:
                channels[topic] = writer.register_channel(_TOPICS[topic], "encoding", schema)
            writer.add_message(channels[topic], t_ns, sequence, content)
        elif what == "metadata":
            writer.add_metadata(*values)
        else:
            writer.flush()
    writer.finish()
    return file.getvalue()


def reference(steps: list[tuple]) -> bytes:
    file = io.BytesIO()
    writer, channels = Writer(file, 1 << 30, CompressionType.NONE), {}
    writer.start("profile", "library")
    schema = writer.register_schema("schema", "encoding", b"content")
    for what, *values in steps:
        if what == "message":
            topic, t_ns, sequence, content = values
            if topic not in channels:
                channels[topic] = writer.register_channel(_TOPICS[topic], "encoding", schema)
            writer.add_message(channels[topic], t_ns, content, t_ns, sequence)
        elif what == "metadata":
            writer.add_metadata(*values)
        else:
            writer.flush()
    writer.finish()
    return file.getvalue()


@given(_STEPS)
def test_it_writes_the_bytes_that_the_mcap_package_writes(steps: list[tuple]) -> None:
    assert pure(steps) == reference(steps)


@given(_STEPS)
def test_both_readers_of_the_mcap_package_find_every_message(steps: list[tuple]) -> None:
    written = pure(steps)
    sent = [(_TOPICS[s[1]], *s[2:]) for s in steps if s[0] == "message" and s[4]]
    for kind in (SeekingReader, NonSeekingReader):
        reader = kind(io.BytesIO(written), validate_crcs=True)
        found = [
            (channel.topic, message.log_time, message.sequence, message.data)
            for _, channel, message in reader.iter_messages(log_time_order=False)
            if message.data
        ]
        assert found == sent


def test_a_file_that_ends_without_a_summary_is_whole() -> None:
    file = io.BytesIO()
    writer = McapWriter(file)
    writer.start("profile", "library")
    channel = writer.register_channel("track", "encoding", 0)
    writer.add_message(channel, 5, 6, b"seven")
    writer.flush()
    whole = file.getvalue() + data_end() + ending()
    assert whole.startswith(MAGIC)
    assert whole.endswith(MAGIC)
    reader = NonSeekingReader(io.BytesIO(whole), validate_crcs=True)
    assert [message.data for _, _, message in reader.iter_messages()] == [b"seven"]
