"""`livemocap take`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from samples import pose_frame, track_frame

from livemocap.cli.main import main
from livemocap.take import TakeWriter


@pytest.fixture
def take(tmp_path: Path) -> Path:
    writer = TakeWriter(tmp_path / "duet.mcap", chunk_s=0.0)
    for k in range(30):
        writer.write("pose/cam0", pose_frame(2, k))
        writer.write("track", track_frame(2 if k < 20 else 1, k))
    return writer.close()


def test_info_is_a_table_of_people_frames_and_rate(take: Path, capsys) -> None:
    assert main(["take", "info", str(take)]) == 0
    told = capsys.readouterr().out
    assert "0.97 s, 30 frames, 30.000 fps" in told
    assert "people     2\n" in told
    assert "   2      0.67 s      20 frames" in told
    assert "0 frames missing" in told
    assert "test/1" in told


def test_info_as_json_has_the_same(take: Path, capsys) -> None:
    assert main(["take", "info", str(take), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["people"] == {"1": 30, "2": 20}
    assert told["messages"] == {"pose/cam0": 30, "track": 30}
    assert told["cameras"] == {"cam0": 30}
    assert (told["fps"], told["gaps"], told["damage"]) == (30.0, 0, "")


def test_a_whole_take_is_verified(take: Path, capsys) -> None:
    assert main(["take", "verify", str(take)]) == 0
    assert "whole, 60 messages" in capsys.readouterr().out


def test_a_damaged_take_is_one_line_and_code_2_and_can_be_recovered(take: Path, capsys) -> None:
    take.write_bytes(take.read_bytes()[: take.stat().st_size // 2])
    assert main(["take", "verify", str(take)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "duet.mcap: damaged (the end is missing). Try `livemocap take recover" in line
    assert main(["take", "info", str(take)]) == 0
    assert "damage" in capsys.readouterr().out
    assert main(["take", "recover", str(take)]) == 0
    saved = take.with_name("duet_recovered.mcap")
    assert f"{saved}: " in capsys.readouterr().out
    assert main(["take", "verify", str(saved)]) == 0


def test_a_file_that_is_no_take_is_one_line_and_code_2(tmp_path: Path, capsys) -> None:
    for name, content in (("text.mcap", b"hello you all"), ("empty.mcap", b"")):
        (tmp_path / name).write_bytes(content)
        assert main(["take", "info", str(tmp_path / name)]) == 2
        assert "not a take" in capsys.readouterr().err
    assert main(["take", "recover", str(tmp_path / "none.mcap")]) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["take", "info"], ["record"], ["track"]])
def test_help_shows_an_example(command: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as left:
        main([*command, "--help"])
    assert left.value.code == 0
    assert "example" in capsys.readouterr().out
