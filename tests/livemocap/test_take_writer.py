"""Takes as they are written; test_take.py has what reading makes of them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import NonSeekingReader, SeekingReader
from samples import image_frame, one_of_each, pose_frame, track_frame

from livemocap.messages import Message
from livemocap.take import TakeReader
from livemocap.take_repair import recover, summarize
from livemocap.take_writer import TakeError, TakeWriter, partial, plain_stem
from livemocap.wire import encode, pack

_NUMBERS = {"people": st.integers(0, 4), "sequence": st.integers(0, 2**36), "seed": st.integers(0)}
_MESSAGES = st.one_of(
    st.sampled_from(one_of_each()),
    st.builds(image_frame, st.integers(0, 2**36)),
    st.builds(pose_frame, **_NUMBERS),
    st.builds(track_frame, t_capture_ns=st.integers(-5, 2**63 - 1), **_NUMBERS),
)
_WRITES = st.lists(st.tuples(st.sampled_from(["track", "pose/cam0"]), _MESSAGES, st.booleans()))


def joined(message: Message) -> bytes:
    return pack(encode(message))


@settings(max_examples=50)
@given(_WRITES)
def test_every_message_comes_back_byte_for_byte_in_every_reader(
    writes: list[tuple[str, Message, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = TakeWriter(Path(folder) / "a.mcap", chunk_s=1e9)
        for topic, message, flush in writes:
            writer.write(topic, message)
            if flush:
                writer.flush()
        path = writer.close()
        sent = [(topic, joined(message)) for topic, message, _ in writes]
        assert [(topic, joined(m)) for topic, m in TakeReader(path).messages()] == sent
        for kind in (SeekingReader, NonSeekingReader):
            with path.open("rb") as file:
                reader = kind(file, validate_crcs=True)
                found = reader.iter_messages(log_time_order=False)
                assert [(channel.topic, message.data) for _, channel, message in found] == sent
        assert not summarize(path).damage


def test_parts_of_another_sender_are_kept_as_they_came(tmp_path: Path) -> None:
    header, *arrays = encode(track_frame(2))
    version, name, scalars, shapes = msgpack.unpackb(header)
    backwards = msgpack.packb([version, name, dict(reversed(scalars.items())), shapes])
    assert backwards != header
    writer = TakeWriter(tmp_path / "a.mcap")
    writer.write("track", track_frame(2), [backwards, *arrays])
    with writer.close().open("rb") as file:
        ((_, _, message),) = SeekingReader(file).iter_messages()
    assert message.data == pack([backwards, *arrays])


def test_the_size_is_what_lies_on_disk(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "a.mcap", chunk_s=0.0)
    for k in range(5):
        writer.write("track", track_frame(2, k))
        assert writer.size == partial(writer.path).stat().st_size


def test_a_take_whose_folder_is_removed_is_written_again_from_what_is_open(tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    writer = TakeWriter(folder / "a.mcap", chunk_s=1e9)
    writer.write("track", track_frame(2, 0))
    writer.flush()
    shutil.rmtree(folder)
    writer.write("track", track_frame(2, 1))
    with pytest.raises(FileNotFoundError, match="folder of the take is gone"):
        writer.close()
    path, messages = writer.seal()
    assert (path, messages) == (folder / "a.mcap", 2)
    summary = summarize(path)
    assert (summary.counts["track"], summary.damage) == (2, "")


def test_a_folder_that_becomes_a_file_leaves_an_error_and_no_crash(tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    writer = TakeWriter(folder / "a.mcap", chunk_s=0.0)
    writer.write("track", track_frame(2, 0))
    folder.rename(tmp_path / "elsewhere")
    folder.touch()
    with pytest.raises(OSError, match="gone"):
        writer.write("track", track_frame(2, 1))
    with pytest.raises(OSError, match="exists"):
        writer.seal()
    writer.abandon()
    assert recover(tmp_path / "elsewhere/a.mcap.part")[1] == 2


def test_a_finished_take_that_is_refused_its_name_gets_it_when_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = TakeWriter(tmp_path / "a.mcap")
    writer.write("track", track_frame(2, 0))

    def refuse(path: Path, target: Path) -> None:
        raise PermissionError(13, "being looked at by somebody else")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(PermissionError):
            writer.close()
    assert writer.seal() == (tmp_path / "a.mcap", 1)
    assert not summarize(tmp_path / "a.mcap").damage


@pytest.mark.parametrize(
    "name", ["../out", "a/b", "a\\b", ".hidden", "a\nb", "c:d", "NUL", "com1.x"]
)
def test_a_name_cannot_lead_out_of_the_folder(name: str) -> None:
    with pytest.raises(TakeError, match="cannot be the name of a take"):
        plain_stem(name)
