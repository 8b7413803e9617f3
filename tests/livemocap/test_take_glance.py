"""A take at a glance, against all of it."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import SeekingReader
from motion import smooth_tracks

from livemocap.mcap_pure import McapWriter
from livemocap.mcap_reader_pure import McapDamageError, read_chunk, read_mcap, read_summary
from livemocap.messages import EndOfStream
from livemocap.take_glance import glance
from livemocap.take_writer import TakeError, TakeWriter, partial

_MESSAGES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 99), st.binary(max_size=9), st.booleans())
)


@settings(deadline=None)
@given(_MESSAGES)
def test_the_summary_says_what_the_mcap_package_says(messages: list) -> None:
    file = io.BytesIO()
    writer = McapWriter(file)
    writer.start("profile", "library")
    channels = [writer.register_channel(topic, "encoding", 0) for topic in ("a", "b", "a")]
    for channel, t_ns, data, flush in messages:
        writer.add_message(channels[channel], t_ns, 0, data)
        if flush:
            writer.flush()
    writer.finish()
    size = len(file.getvalue())
    found = read_summary(file, size)
    said = SeekingReader(io.BytesIO(file.getvalue())).get_summary()
    assert said is not None
    assert said.statistics is not None
    assert found.topics == {n: channel.topic for n, channel in said.channels.items()}
    counts: dict[str, int] = {}
    for channel, count in said.statistics.channel_message_counts.items():
        topic = found.topics[channel]
        counts[topic] = counts.get(topic, 0) + count
    assert found.counts == counts
    assert list(found.chunks) == [chunk.chunk_start_offset for chunk in said.chunk_indexes]
    file.seek(0)
    in_turn = [(m.topic, bytes(m.data)) for m in read_mcap(file, size)]  # type: ignore[union-attr]
    by_chunk = [m for at in found.chunks for m in read_chunk(file, at, found.topics, size)]
    assert [(m.topic, bytes(m.data)) for m in by_chunk] == in_turn


def test_length_frames_and_people_of_a_long_take(tmp_path: Path) -> None:
    frames = smooth_tracks(300, people=(3, 8))
    frames[5] = replace(frames[5], track_ids=np.array([3, 99]), states=np.array([1, 0], np.uint8))
    writer = TakeWriter(tmp_path / "a.mcap")
    for k, frame in enumerate(frames):
        writer.write("track", replace(frame, sequence=k))
        if k % 4 == 0:
            writer.flush()
    writer.write("track", EndOfStream(camera_id="cam0", frames=300))
    found = glance(writer.close())
    assert found.seconds == pytest.approx(299 / 30)
    assert found.frames == 301  # with the end of the stream
    assert found.people == (3, 8)


def test_a_take_without_people_is_short(tmp_path: Path) -> None:
    found = glance(TakeWriter(tmp_path / "a.mcap").close())
    assert (found.seconds, found.frames, found.people) == (0.0, 0, ())


def test_unfinished_damaged_and_missing_takes_are_said_so(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "a.mcap")
    writer.write("track", smooth_tracks(1)[0])
    writer.flush()
    writer.abandon()
    with pytest.raises(TakeError, match="the end is missing"):
        glance(partial(tmp_path / "a.mcap"))
    with pytest.raises(TakeError, match="No such file"):
        glance(tmp_path / "b.mcap")


@settings(deadline=None)
@given(st.data())
def test_damage_anywhere_is_one_kind_of_error_or_none(data: st.DataObject) -> None:
    file = io.BytesIO()
    writer = McapWriter(file)
    writer.start("profile", "library")
    channel = writer.register_channel("track", "encoding", 0)
    writer.add_message(channel, 1, 2, b"abcdef")
    writer.finish()
    content = bytearray(file.getvalue())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = io.BytesIO(bytes(content))
    with contextlib.suppress(McapDamageError):
        summary = read_summary(damaged, len(content))
        for at in summary.chunks:
            read_chunk(damaged, at, summary.topics, len(content))
