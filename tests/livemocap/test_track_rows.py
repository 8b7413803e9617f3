"""Rows of tracked people, against whole messages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motion import smooth_tracks

from livemocap import wire
from livemocap.messages import EndOfStream, TrackFrame
from livemocap.take import TakeReader
from livemocap.take_writer import TakeError, TakeWriter, partial
from livemocap.track_rows import RowsDecoder, TrackRows, read_track_rows

_FRAMES = {n: smooth_tracks(2, people=tuple(range(n))) if n else [] for n in range(5)}
_FIELDS = ("track_ids", "states", "joint_rotvecs", "pelvis", "rest_joints")


def assert_same(rows: TrackRows | None, frame: TrackFrame) -> None:
    assert rows is not None
    assert rows.t_capture_ns == frame.t_capture_ns
    for name in _FIELDS:
        found, expected = getattr(rows, name), getattr(frame, name)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)


_CAMERAS = st.one_of(st.sampled_from(["cam0", "cam1"]), st.text(max_size=20))
_NUMBERS = st.integers(-(2**63), 2**63 - 1)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), _CAMERAS, _NUMBERS, _NUMBERS), max_size=40))
def test_rows_are_those_of_the_whole_message(frames: list[tuple[int, str, int, int]]) -> None:
    decoder = RowsDecoder()
    for n, (people, camera, sequence, t_ns) in enumerate(frames):
        frame = replace(
            _FRAMES[people][n % 2], camera_id=camera, sequence=sequence, t_capture_ns=t_ns
        )
        assert_same(decoder.decode(wire.pack(wire.encode(frame))), frame)


def test_frames_like_the_one_before_are_not_decoded_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoder, packed = RowsDecoder(), [wire.pack(wire.encode(f)) for f in smooth_tracks(300)]
    decoder.decode(packed[0])
    monkeypatch.setattr(wire, "decode", lambda parts: pytest.fail("decoded"))
    assert all(decoder.decode(each) is not None for each in packed)


def test_what_is_no_message_is_said_so_also_after_good_ones() -> None:
    decoder, packed = RowsDecoder(), wire.pack(wire.encode(smooth_tracks(1)[0]))
    decoder.decode(packed)
    for bad in (b"", packed[:-1], packed[:40], packed[:60] + b"\xc1" + packed[61:]):
        with pytest.raises(wire.WireError):
            decoder.decode(bad)


def _take(path: Path, frames: list[TrackFrame]) -> TakeWriter:
    writer = TakeWriter(path, chunk_s=0)
    writer.add_metadata("skeleton", {"joints": "pelvis"})
    for frame in frames:
        writer.write("track", frame)
    writer.write("track", EndOfStream(camera_id="cam0", frames=len(frames)))
    return writer


def test_a_take_is_read_as_the_take_reader_reads_it(tmp_path: Path) -> None:
    path = _take(tmp_path / "a.mcap", smooth_tracks(20)).close()
    found = list(read_track_rows(path))
    frames = list(TakeReader(path).tracks())
    rows = [each for _, each in found if each is not None]
    assert len(rows) == len(frames) == 20
    for row, frame in zip(rows, frames, strict=True):
        assert_same(row, frame)
    parts = [part for part, _ in found]
    assert parts == sorted(parts)
    assert 0 < parts[0] < parts[-1] <= 1


def test_an_unfinished_take_gives_its_frames_and_then_says_what_to_do(tmp_path: Path) -> None:
    writer = _take(tmp_path / "a.mcap", smooth_tracks(20))
    writer.abandon()
    rows = []
    with pytest.raises(TakeError, match=r"the end is missing.*take recover .*a\.mcap\.part"):
        rows.extend(row for _, row in read_track_rows(partial(tmp_path / "a.mcap")) if row)
    assert len(rows) == 20


def test_what_is_no_take_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.mcap").write_text("hello hello")
    with pytest.raises(TakeError, match="not a take"):
        list(read_track_rows(tmp_path / "a.mcap"))
    with pytest.raises(TakeError, match="No such file"):
        list(read_track_rows(tmp_path / "b.mcap"))
