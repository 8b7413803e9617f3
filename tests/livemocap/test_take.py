"""Takes on disk: written, read, damaged, repaired."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from samples import pose_frame, track_frame

from livemocap.take import TakeError, TakeReader, TakeWriter, free_name, partial
from livemocap.take_repair import recover, summarize
from livemocap.wire import encode


def write(path: Path, frames: int = 30, **options: object) -> Path:
    writer = TakeWriter(path, **options)  # type: ignore[arg-type]
    for k in range(frames):
        writer.write("pose/cam0", pose_frame(2, k))
        writer.write("track", track_frame(2, k))
    return writer.close()


def test_messages_come_back_in_order_and_bit_for_bit(tmp_path: Path) -> None:
    read = list(TakeReader(write(tmp_path / "a.mcap")).messages())
    assert [topic for topic, _ in read] == ["pose/cam0", "track"] * 30
    for k in range(30):
        parts = zip(encode(read[2 * k + 1][1]), encode(track_frame(2, k)), strict=True)
        assert all(bytes(a) == bytes(b) for a, b in parts)


def test_topics_can_be_picked(tmp_path: Path) -> None:
    reader = TakeReader(write(tmp_path / "a.mcap"))
    assert {topic for topic, _ in reader.messages(["pose"])} == {"pose/cam0"}
    assert [frame.sequence for frame in reader.tracks()] == list(range(30))


def test_a_take_carries_its_config_and_clocks(tmp_path: Path) -> None:
    metadata = TakeReader(write(tmp_path / "a.mcap", config="[view]\n")).metadata()
    assert metadata["config"] == {"studio.toml": "[view]\n"}
    assert set(metadata["take"]) == {"started_unix_ns", "started_monotonic_ns", "schema_version"}


def test_nothing_stands_under_the_final_name_while_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    writer = TakeWriter(path)
    writer.write("track", track_frame())
    assert not path.exists()
    assert partial(path).exists()
    with pytest.raises(TakeError, match="exists already"):
        TakeWriter(path)
    writer.close()
    assert [p.name for p in tmp_path.iterdir()] == ["a.mcap"]


def test_free_names_pass_by_takes_and_their_parts(tmp_path: Path) -> None:
    (tmp_path / "a.mcap").touch()
    (tmp_path / "a_002.mcap.part").touch()
    assert free_name(tmp_path, "a").name == "a_003.mcap"


def test_a_part_left_behind_can_be_read_up_to_its_last_chunk(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "a.mcap", chunk_s=0.0)
    for k in range(10):
        writer.write("track", track_frame(2, k))
    part = writer.abandon()
    summary = summarize(part)
    assert summary.counts["track"] == 10
    assert "end is missing" in summary.damage
    target, messages = recover(part)
    assert (target.name, messages) == ("a_recovered.mcap", 10)
    assert not summarize(target).damage


def test_recovering_keeps_the_clocks_and_the_config(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", config="[view]\n", chunk_s=0.0)
    before = TakeReader(path).metadata()
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    target, messages = recover(path)
    assert 0 < messages < 60
    after = TakeReader(target).metadata()
    assert after["take"] == before["take"]
    assert after["config"] == before["config"]


def test_recovering_never_overwrites(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", 3)
    with pytest.raises(TakeError, match="exists already"):
        recover(path, path)


def test_a_sealed_take_is_whole_up_to_its_last_chunk(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "a.mcap", chunk_s=1e9)
    for k in range(20):
        writer.write("track", track_frame(2, k))
        if k == 11:
            writer.flush()
    writer.add_metadata("note", {"late": "yes"})
    path, messages = writer.seal()
    summary = summarize(path)
    assert messages == summary.counts["track"] == 12
    assert not summary.damage


def test_a_take_cut_short_anywhere_gives_what_came_before(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", 12, chunk_s=0.0)
    whole = path.read_bytes()
    counts = []
    for length in range(8, len(whole), len(whole) // 40):
        path.write_bytes(whole[:length])
        summary = summarize(path)
        assert summary.damage
        counts.append(sum(summary.counts.values()))
    assert counts == sorted(counts)
    assert counts[-1] >= 22


def test_damage_anywhere_is_a_take_error_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", 6, chunk_s=0.0)
    whole = path.read_bytes()
    rng = random.Random(0)
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(rng.choice([1, 1, 8])):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        path.write_bytes(broken)
        summarize(path)  # raises nothing; says what it found
        try:
            recover(path, tmp_path / "out.mcap")
        except TakeError:
            continue
        (tmp_path / "out.mcap").unlink()


def test_no_take_at_all_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TakeError, match="No such file"):
        TakeReader(tmp_path / "none.mcap")
    (tmp_path / "text.mcap").write_text("hello, this is text")
    with pytest.raises(TakeError, match="not a take"):
        summarize(tmp_path / "text.mcap")


def test_a_summary_counts_people_gaps_and_time(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "a.mcap")
    for k in (0, 1, 2, 5, 6):
        writer.write("pose/cam0", pose_frame(2, k))
        writer.write("track", track_frame(3 if k > 2 else 2, k))
    summary = summarize(writer.close())
    assert dict(summary.people) == {1: 5, 2: 5, 3: 2}
    assert (summary.gaps, summary.frames, summary.engine) == (2, 5, "test/1")
    np.testing.assert_allclose([summary.seconds, summary.fps], [0.2, 20.0], rtol=1e-6)
    assert summary.as_json()["people"] == {"1": 5, "2": 5, "3": 2}
