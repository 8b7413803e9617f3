"""Wrong input at the start: one line, exit code 2, nothing half-written."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from clips import counted_images, write_clip
from commands import livemocap, own_network
from samples import track_frame

from livemocap.bus import TRACK
from livemocap.cli.demo import SAMPLE
from livemocap.take import TakeWriter

RUN = ("run", "--engine", "instant", "--no-view")


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """What the one line says."""
    assert done.returncode == 2, done.stderr
    errors = [line for line in done.stderr.splitlines() if "livemocap: error: " in line]
    assert len(errors) == 1, done.stderr
    assert errors[0] == done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    return errors[0]


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("content", [None, b"", b"no video at all" * 1000])
def test_video_refuses_a_missing_empty_or_damaged_file(
    content: bytes | None, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    if content is not None:
        clip.write_bytes(content)
    before = files_below(tmp_path)
    assert "clip.mp4" in refused(livemocap("video", clip, "-o", tmp_path / "out"))
    assert files_below(tmp_path) == before
    assert not (tmp_path / "out").exists()


def test_video_refuses_a_file_that_was_cut_off_before_its_first_image(tmp_path: Path) -> None:
    clip = tmp_path / "cut.mp4"
    clip.write_bytes(SAMPLE.read_bytes()[:4_000])
    refused(livemocap("video", clip, "-o", tmp_path / "out"))
    assert files_below(tmp_path) == ["cut.mp4"]


def test_run_names_the_unknown_key_and_the_likely_one(tmp_path: Path) -> None:
    studio = tmp_path / "studio.toml"
    studio.write_text('[[camera]]\nsource = "synthetic"\n[tracking]\nmax_lots_s = 2\n', "utf-8")
    line = refused(livemocap(*RUN, studio))
    assert "max_lots_s" in line
    assert "max_lost_s" in line


@pytest.mark.parametrize("role", ["capture", "infer", "track", "record"])
def test_every_role_refuses_an_unknown_key(role: str, tmp_path: Path) -> None:
    studio = tmp_path / "studio.toml"
    tables = {"capture": "[[camera]]", "infer": "[inference]", "track": "[tracking]"}
    camera = "" if role == "capture" else '[[camera]]\nsource = "synthetic"\n'
    studio.write_text(f"{camera}{tables.get(role, '[record]')}\nnonsense = 1\n", "utf-8")
    _, ports = own_network()
    assert "nonsense" in refused(livemocap(role, studio, *ports))
    assert files_below(tmp_path) == ["studio.toml"]


def test_run_says_which_port_is_in_use(tmp_path: Path) -> None:
    network, ports = own_network()
    with socket.create_server(("127.0.0.1", network.track_port)):
        line = refused(livemocap(*RUN, "--camera", "synthetic", *ports, *takes_in(tmp_path)))
    assert str(network.track_port) in line
    assert files_below(tmp_path) == []


def test_run_refuses_a_camera_that_does_not_exist(tmp_path: Path) -> None:
    _, ports = own_network()
    line = refused(livemocap(*RUN, "--camera", "97", *ports, *takes_in(tmp_path)))
    assert "97" in line
    assert files_below(tmp_path) == []


def test_run_refuses_to_listen_beyond_this_machine(tmp_path: Path) -> None:
    _, ports = own_network()
    host = "--set=network.host=0.0.0.0"
    line = refused(livemocap(*RUN, "--camera", "synthetic", *ports, host, *takes_in(tmp_path)))
    assert "refused" in line
    assert "0.0.0.0" in line
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("command", [("play",), ("export", "--format", "bvh"), ("take", "verify")])
def test_a_damaged_take_is_refused(command: tuple[str, ...], tmp_path: Path) -> None:
    take = tmp_path / "take.mcap"
    with closing(TakeWriter(take, chunk_s=0.0)) as writer:
        for sequence in range(20):
            writer.write(TRACK, track_frame(sequence=sequence))
    content = bytearray(take.read_bytes())
    content[len(content) // 2] ^= 0xFF
    take.write_bytes(content)
    line = refused(livemocap(*command, take))
    assert "recover" in line
    assert files_below(tmp_path) == ["take.mcap"]


def test_infer_refuses_weights_with_a_wrong_hash(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", counted_images(2))
    studio = tmp_path / "studio.toml"
    studio.write_text(f'[[camera]]\nsource = "{clip}"\n', "utf-8")
    _, ports = own_network()
    code = (
        "import sys; from inference.landmarks import nets; from livemocap.cli.main import main;"
        "nets.SHA256['movenet_multipose'] = '0' * 64; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "infer", str(studio), *ports],
        capture_output=True,
        text=True,
        timeout=60,
    )
    line = refused(done)
    assert "movenet_multipose" in line
    assert "SHA-256" in line


@pytest.mark.parametrize(
    ("device", "reason"), [("cpu", "livemocap models"), ("cuda:99", "'cuda:99'"), ("disc", "disc")]
)
def test_infer_refuses_aios_without_weights_and_devices_that_are_not_there(
    device: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    studio = tmp_path / "studio.toml"
    studio.write_text('[[camera]]\nsource = "synthetic"\n', "utf-8")
    _, ports = own_network()
    line = refused(livemocap("infer", studio, "--engine", "aios", "--device", device, *ports))
    assert reason in line


def takes_in(folder: Path) -> tuple[str, ...]:
    return ("--record", "one", f"--set=record.directory={folder / 'takes'}")
